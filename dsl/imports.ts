/** Follows imports: the declarations of an imported file stand in the place of its import, once. */
import type { AstDeclarationNode, AstImport, Name } from "./ast.ts";
import type { Report } from "./check/report.ts";
import { SEMANTICS } from "./codes/semantics.ts";
import type { ParseOptions, ParseResult } from "./parser.ts";
import type { Sources } from "./sources.ts";

const MAX_DEPTH = 16;
const MAX_FILES = 256;

/** Reads the text of one file. */
export type ParseFile = (text: string, options: ParseOptions) => ParseResult;

/** Reads the main file and its imports. Null where the main file is no readable text, which is reported. */
export function readDeclarations(
  path: string,
  sources: Sources,
  report: Report,
  parseFile: ParseFile,
): ReadText | null {
  const main = sources.read(path, null);
  if (main === null) return null;
  const reading: Reading = {
    sources,
    report,
    parseFile,
    read: new Set([path]),
    path: [path],
    declarations: [],
    unread: [],
  };
  readInto(main, reading);
  return reading;
}

/** What the files of a policy declare. */
export interface ReadText {
  readonly declarations: readonly AstDeclarationNode[];
  /** Names of declarations that could not be read, so that nobody says that they do not exist. */
  readonly unread: readonly Name[];
}

interface Reading extends ReadText {
  readonly sources: Sources;
  readonly report: Report;
  readonly parseFile: ParseFile;
  /** Paths read so far. */
  readonly read: Set<string>;
  /** Paths from the main file to the one being read. */
  readonly path: string[];
  readonly declarations: AstDeclarationNode[];
  readonly unread: Name[];
}

function readInto(source: { readonly file: number; readonly text: string }, reading: Reading): void {
  const { file, diagnostics } = reading.parseFile(source.text, { file: source.file });
  reading.report.take(diagnostics);
  reading.unread.push(...file.unread);
  for (const declaration of file.declarations) {
    if (declaration.kind === "import") follow(declaration, source.file, reading);
    else reading.declarations.push(declaration);
  }
}

function follow(declaration: AstImport, file: number, reading: Reading): void {
  const { span, value } = declaration.path;
  const path = reading.sources.resolve(file, value);
  if (reading.path.includes(path)) {
    reportCycle(declaration, path, reading);
    return;
  }
  if (reading.read.has(path)) return;
  if (reading.path.length >= MAX_DEPTH || reading.read.size >= MAX_FILES) {
    reading.report.error(SEMANTICS.tooManyFiles, span, `\`${value}\` is one import too many`, {
      help: `imports nest at most ${MAX_DEPTH} deep, and a policy has at most ${MAX_FILES} files`,
    });
    return;
  }
  reading.read.add(path);
  const source = reading.sources.read(path, span);
  if (source === null) return;
  reading.path.push(path);
  readInto(source, reading);
  reading.path.pop();
}

function reportCycle(declaration: AstImport, path: string, reading: Reading): void {
  const cycle = [...reading.path.slice(reading.path.indexOf(path)), path];
  const way = cycle.map((one) => `\`${one}\``).join(" imports ");
  reading.report.error(SEMANTICS.importCycle, declaration.path.span, `imports form a cycle: ${way}`, {
    help: "take one of these imports out",
  });
}
