/** The open documents over the files on disk, and the policies that they belong to. Knows nothing of the protocol's transport. */
import type { TextDocumentContentChangeEvent } from "vscode-languageserver";
import { TextDocument } from "vscode-languageserver-textdocument";
import type { IToken } from "chevrotain";
import type { Policy } from "../../engine/index.ts";
import type { AstFile } from "../ast.ts";
import { type FileReader, MAX_POLICY_BYTES, nodeFiles } from "../files.ts";
import type { ParseFile } from "../imports.ts";
import { type ReadClients, rememberClients } from "../inventory/remember.ts";
import { analyzePolicy } from "../load.ts";
import { parse, type ParseResult } from "../parser.ts";
import { makeSource, type SourceFile } from "../source.ts";
import { lexer } from "../tokens.ts";
import { Analysis } from "./analysis.ts";
import { EXTENSION, policyFilesIn } from "./project-files.ts";
import { IncrementalParser } from "./incremental-parse.ts";
import { toPath } from "./paths.ts";

/**
 * A document as providers see it, at one version; what only some ask for is made when asked. An inventory that an editor has open
 * is one too: it has names at places, and nothing that is read as a policy.
 */
export class OpenDocument {
  readonly uri: string;
  readonly path: string;
  readonly isPolicy: boolean;
  readonly source: SourceFile;
  readonly #parser: IncrementalParser;
  #parsed: ParseResult | null = null;
  #tokens: readonly IToken[] | null = null;

  constructor(text: TextDocument, path: string, parser: IncrementalParser) {
    this.uri = text.uri;
    this.path = path;
    this.isPolicy = isPolicy(text, path);
    this.source = makeSource(path, text.getText());
    this.#parser = parser;
  }

  /** Read by itself, without its imports. */
  get parsed(): ParseResult {
    this.#parsed ??= this.isPolicy ? this.#parser.parse(this.source.text) : parse("");
    return this.#parsed;
  }

  /** Every token but the comments; none of a text past the bound, of which the parser says so. */
  get tokens(): readonly IToken[] {
    const { text } = this.source;
    const isRead = this.isPolicy && text.length <= MAX_POLICY_BYTES;
    this.#tokens ??= isRead ? lexer.tokenize(text).tokens : [];
    return this.#tokens;
  }
}

/** By the language that the editor says, or the extension of the file. */
function isPolicy({ languageId }: TextDocument, path: string): boolean {
  return languageId === "edgepolicy" || path.endsWith(EXTENSION);
}

interface Entry {
  readonly text: TextDocument;
  /** Remembers the document's earlier versions. */
  readonly parser: IncrementalParser;
  /** Made at first use. */
  read: OpenDocument | null;
}

/** What is kept of a policy between analyses. */
interface Kept {
  /** Null where a text of it has changed since. */
  analysis: Analysis | null;
  readonly texts: Map<number, { readonly text: string; readonly result: ParseResult }>;
  readonly readClients: ReadClients;
  lastGood: Policy | null;
}

/** A policy to analyse, and where its files come from. */
interface Asked {
  readonly main: string;
  readonly lone: OpenDocument | null;
  readonly files: FileReader;
}

/** Policies that are kept; more are analysed anew each time. */
const MAX_KEPT = 32;
/** Policies on disk that an imported file is looked at with. */
const MAX_USERS = 4;

export class Workspace {
  readonly #disk: FileReader;
  readonly #open = new Map<string, Entry>();
  readonly #kept = new Map<string, Kept>();
  #folders: readonly string[] = [];
  /** Main files on disk that may import others; null until asked for, and after files came or went. */
  #mainsOnDisk: readonly string[] | null = null;
  readonly #users = new Map<string, readonly string[]>();
  /** Paths whose text changed since {@link takeChanges}. */
  #changed = new Set<string>();

  /** @param disk - Where files come from that are not open. */
  constructor(disk: FileReader = nodeFiles) {
    this.#disk = disk;
  }

  /** @param folders - The folders that the editor has open. */
  setFolders(folders: readonly string[]): void {
    this.#folders = folders;
    this.#mainsOnDisk = null;
  }

  open(uri: string, languageId: string, version: number, text: string): void {
    const document = TextDocument.create(uri, languageId, version, text);
    this.#open.set(toPath(uri), { text: document, parser: new IncrementalParser(), read: null });
    this.#forgetAll(toPath(uri));
  }

  /** Applies changes in their order; nothing happens to a document that is not open. */
  change(uri: string, version: number, changes: readonly TextDocumentContentChangeEvent[]): void {
    const entry = this.#open.get(toPath(uri));
    if (entry === undefined) return;
    const text = TextDocument.update(entry.text, [...changes], version);
    this.#open.set(toPath(uri), { text, parser: entry.parser, read: null });
    this.#changed.add(toPath(uri));
    for (const kept of this.#kept.values())
      if (kept.analysis !== null && kept.analysis.fileOf(toPath(uri)) >= 0) kept.analysis = null;
  }

  close(uri: string): void {
    this.#open.delete(toPath(uri));
    this.#forgetAll(toPath(uri));
  }

  /** A file on disk came, went or changed. */
  touchFile(path: string): void {
    if (this.#open.has(path)) return;
    this.#forgetAll(path);
  }

  /** A file that came or went can be one that a policy could not find. */
  #forgetAll(path: string): void {
    this.#changed.add(path);
    this.#mainsOnDisk = null;
    this.#users.clear();
    for (const kept of this.#kept.values()) kept.analysis = null;
  }

  /** The paths that changed since the last call. */
  takeChanges(): ReadonlySet<string> {
    const changed = this.#changed;
    this.#changed = new Set();
    return changed;
  }

  isOpen(path: string): boolean {
    return this.#open.has(path);
  }

  /** The URI that the editor gave a file, where it has it open. */
  openUri(path: string): string | undefined {
    return this.#open.get(path)?.text.uri;
  }

  /** An open document; undefined where the editor has not opened it. */
  document(uri: string): OpenDocument | undefined {
    const path = toPath(uri);
    const entry = this.#open.get(path);
    if (entry === undefined) return undefined;
    entry.read ??= new OpenDocument(entry.text, path, entry.parser);
    return entry.read;
  }

  /** Open documents that are policies, or parts of one. */
  policyDocuments(): readonly OpenDocument[] {
    return [...this.#open.values()]
      .map(({ text }) => this.document(text.uri))
      .filter((document) => document !== undefined)
      .filter((document) => document.isPolicy);
  }

  /** Files as the editor shows them: what is open stands before what is on disk. */
  readonly files: FileReader = {
    read: (path, maxBytes = MAX_POLICY_BYTES) => {
      const entry = this.#open.get(path);
      if (entry === undefined) return this.#disk.read(path, maxBytes);
      const bytes = new TextEncoder().encode(entry.text.getText());
      if (bytes.length <= maxBytes) return { ok: true, bytes };
      return { ok: false, reason: "too_large", message: `it is larger than ${maxBytes / 1024 ** 2} MiB` };
    },
    resolve: (from, relative) => this.#disk.resolve(from, relative),
  };

  /** The policies that a file belongs to: itself, or open ones that use it, or ones on disk, or the file by itself. */
  analysesOf(path: string): readonly Analysis[] {
    const mains = this.policyDocuments().filter(({ parsed }) => isMain(parsed.file));
    const open = mains.map((main) => this.#analysis(main.path)).filter((analysis) => analysis.fileOf(path) >= 0);
    if (open.length > 0) return open;
    const closed = this.#mainsUsing(path).map((main) => this.#analysis(main));
    if (closed.length > 0) return closed;
    const alone = this.document(path);
    return alone?.isPolicy === true ? [this.#loneAnalysis(alone)] : [];
  }

  /** The first of {@link analysesOf}: the context in which a document is understood. */
  analysisOf(path: string): Analysis | undefined {
    return this.analysesOf(path)[0];
  }

  /** Policies on disk that use a file. Looking for them reads all, so it is done once until a file comes or goes. */
  #mainsUsing(path: string): readonly string[] {
    const known = this.#users.get(path);
    if (known !== undefined) return known;
    this.#mainsOnDisk ??= policyFilesIn(this.#folders).filter((main) => !this.isOpen(main) && this.#isMainOnDisk(main));
    const using = this.#mainsOnDisk.filter((main) => this.#analysis(main).fileOf(path) >= 0).slice(0, MAX_USERS);
    this.#users.set(path, using);
    return using;
  }

  #isMainOnDisk(path: string): boolean {
    const read = this.#disk.read(path);
    return read.ok && /^\s*policy\s+"/m.test(Buffer.from(read.bytes).toString("utf8"));
  }

  #analysis(main: string): Analysis {
    const kept = this.#keep(main);
    kept.analysis ??= this.#analyze({ main, lone: null, files: this.files }, kept);
    return kept.analysis;
  }

  /** A document without a `policy` of its own, as if one imported it. */
  #loneAnalysis(lone: OpenDocument): Analysis {
    const main = `${lone.path}.lone`;
    const text = `policy "" { default allow }\nimport ${JSON.stringify(lone.path)}\n`;
    const files: FileReader = {
      read: (path, maxBytes) =>
        path === main ? { ok: true, bytes: new TextEncoder().encode(text) } : this.files.read(path, maxBytes),
      resolve: (from, relative) => (from === main ? relative : this.files.resolve(from, relative)),
    };
    const kept = this.#keep(main);
    kept.analysis ??= this.#analyze({ main, lone, files }, kept);
    return kept.analysis;
  }

  #keep(main: string): Kept {
    const known = this.#kept.get(main);
    if (known !== undefined) return known;
    const kept: Kept = { analysis: null, texts: new Map(), readClients: rememberClients(), lastGood: null };
    if (this.#kept.size >= MAX_KEPT) this.#kept.clear();
    this.#kept.set(main, kept);
    return kept;
  }

  #analyze(asked: Asked, kept: Kept): Analysis {
    const { main, lone, files } = asked;
    const parses = new Map<number, ParseResult>();
    const parseFile: ParseFile = (text, options) => {
      const file = options.file ?? 0;
      const known = kept.texts.get(file);
      const shown = file === 0 ? this.document(main) : undefined;
      const alone = shown?.source.text === text ? shown.parsed : null;
      const result = alone ?? (known?.text === text ? known.result : parse(text, options));
      kept.texts.set(file, { text, result });
      parses.set(file, result);
      return result;
    };
    const { readClients } = kept;
    const result = analyzePolicy(main, files, { parseFile, readClients, nowMicros: Date.now() * 1000 });
    kept.lastGood = result.policy ?? kept.lastGood;
    return new Analysis({ main, lone, result, parses, lastGood: kept.lastGood });
  }
}

/** Whether a file holds the `policy` declaration, or one that is just being typed. */
function isMain({ declarations, unread }: AstFile): boolean {
  return declarations.some(({ kind }) => kind === "policy") || unread.some(({ text }) => text === "policy");
}
