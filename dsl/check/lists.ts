/** Lists: literals of one type, in the policy or in a file of their own. */
import type { List, ScalarValue, Span } from "../../engine/index.ts";
import type { AstExpr, AstListDeclaration } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { readValue } from "../text-values.ts";
import { DECLARED_TYPES } from "./declared-types.ts";
import { checkLiteral, literalAs, readPath, scalarOf } from "./literals.ts";
import { literalHelp } from "./mismatch.ts";
import type { Report } from "./report.ts";
import { didYouMean } from "./suggest.ts";
import { unwrap } from "./typed.ts";
import { describe, sameType, STRING, type Type } from "./types.ts";

/** Text of a list file and its place among the sources; null where it could not be read, which is already reported. */
export type ListFiles = ReadonlyMap<AstListDeclaration, { readonly file: number; readonly text: string } | null>;

/** A list may hold this many entries. */
const MAX_ENTRIES = 1_000_000;

/** Checks all lists; of a wrong one the entries that are right remain, so that indices stay those of the text. */
export function checkLists(
  declarations: readonly AstListDeclaration[],
  files: ListFiles,
  report: Report,
): readonly List[] {
  return declarations.map((declaration) => checkList(declaration, files, report));
}

function checkList(ast: AstListDeclaration, files: ListFiles, report: Report): List {
  const type = DECLARED_TYPES.get(ast.type.text);
  if (type === undefined) {
    report.error(SEMANTICS.unknownName, ast.type.span, `there is no type \`${ast.type.text}\` for lists`, {
      help: didYouMean(ast.type.text, DECLARED_TYPES.keys(), `the types are ${[...DECLARED_TYPES.keys()].join(", ")}`),
    });
  }
  const values = type === undefined ? [] : entries(ast, type, files, report);
  return {
    name: ast.name.text,
    doc: ast.doc,
    span: ast.span,
    type: (type ?? STRING).scalar,
    values: [...new Set(values)],
    file: ast.file?.value ?? null,
  };
}

function entries(ast: AstListDeclaration, type: Type, files: ListFiles, report: Report): readonly ScalarValue[] {
  if (ast.items !== null) {
    const values = ast.items.map((item) => entry(item, type, report));
    return values.filter((value) => value !== null);
  }
  const file = files.get(ast) ?? null;
  return file === null ? [] : fileEntries(file.text, file.file, type, report);
}

function entry(ast: AstExpr, type: Type, report: Report): ScalarValue | null {
  const inner = unwrap(ast);
  if (inner.kind === "invalid") return null;
  if (inner.kind !== "literal") {
    report.error(SEMANTICS.listEntry, ast.span, `a list of \`${describe(type)}\` holds literals`, {
      help:
        type.scalar === "string" || type.scalar === "path" ? 'quote the text: `"…"`' : "write the values themselves",
    });
    return null;
  }
  const typed = checkLiteral(inner, report);
  if (typed === null) return null;
  const fitted = sameType(typed.type, type) ? typed : literalAs(typed, type, report);
  if (fitted !== null && fitted.expr.kind === "literal") return scalarOf(fitted.expr);
  const bare = typed.type.scalar === "ip" && type.scalar === "network";
  const alone = `${inner.raw}/${inner.raw.includes(":") ? 128 : 32}`;
  report.error(
    SEMANTICS.listEntry,
    ast.span,
    `this list holds \`${describe(type)}\`, not \`${describe(typed.type)}\``,
    {
      help: bare ? `write \`${alone}\`` : (literalHelp(typed, type) ?? `write a value of type \`${describe(type)}\``),
      ...(bare ? { fix: { span: ast.span, text: alone } } : {}),
    },
  );
  return null;
}

/** One entry a line. Blank lines and lines that begin with `#` are skipped, the rest is literal. */
/** Entries of a list file, each once: one a line, without blank lines and those that begin with `#`. */
export function fileEntries(text: string, file: number, type: Type, report: Report): readonly ScalarValue[] {
  const values: ScalarValue[] = [];
  let start = 0;
  for (const line of text.split("\n")) {
    const written = line.endsWith("\r") ? line.slice(0, -1) : line;
    const span: Span = { file, start, end: start + written.length };
    start += line.length + 1;
    if (written.trim() === "" || written.startsWith("#")) continue;
    const reading = readValue(type.scalar === "string" ? written : written.trim(), type.scalar, readPath);
    if (!reading.ok) report.error(SEMANTICS.listFileEntry, span, reading.message, { help: reading.help });
    else if (values.length < MAX_ENTRIES) values.push(reading.value);
    else {
      report.error(SEMANTICS.outOfRange, span, `a list holds at most ${MAX_ENTRIES} entries`, {
        help: "split the list",
      });
      break;
    }
  }
  return [...new Set(values)];
}
