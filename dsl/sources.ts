/** The texts of one load: each file is read once, and its place in the list is the file number of spans. */
import type { Span } from "../engine/index.ts";
import type { Report } from "./check/report.ts";
import { SEMANTICS } from "./codes/semantics.ts";
import { decodeText, type FileRead, type FileReader, MAX_POLICY_BYTES } from "./files.ts";
import { notBundle } from "./not-text.ts";
import { makeSource, type SourceFile } from "./source.ts";

/** The sources of one load, in the order in which they were read. */
export class Sources {
  readonly #reader: FileReader;
  readonly #report: Report;
  readonly #sources: SourceFile[] = [];
  readonly #originals: SourceFile[] = [];

  constructor(reader: FileReader, report: Report) {
    this.#reader = reader;
    this.#report = report;
  }

  /** The sources as they are shown. */
  list(): readonly SourceFile[] {
    return this.#sources;
  }

  /** The sources as they were read, for hashes of their content alone. */
  originals(): readonly SourceFile[] {
    return this.#originals;
  }

  at(file: number): SourceFile | undefined {
    return this.#sources[file];
  }

  /** The path of a file that the source `file` names. */
  resolve(file: number, relative: string): string {
    return this.#reader.resolve(this.#sources[file]?.path ?? "", relative);
  }

  /**
   * Reads a text and gives it a number.
   *
   * @param named - Where the path is written; null for the main file, whose problems are reported at its start.
   * @param shown - The text as it is shown, character for character: masks what nobody is to see.
   * @returns Null where it is no readable text, which is reported.
   */
  read(
    path: string,
    named: Span | null,
    maxBytes: number = MAX_POLICY_BYTES,
    shown: (text: string) => string = (text) => text,
  ): { readonly file: number; readonly text: string } | null {
    const read = this.#reader.read(path, maxBytes);
    if (!read.ok) return this.#refuse(path, named, read);
    const decoded = decodeText(read.bytes);
    if (!decoded.ok) {
      const { message, help } = (named === null ? notBundle(path, read.bytes) : null) ?? decoded;
      this.#report.error(SEMANTICS.fileNotText, this.#spanOf(path, named), `\`${path}\` ${message}`, { help });
      return null;
    }
    return { file: this.#add(path, decoded.text, shown(decoded.text)), text: decoded.text };
  }

  /** Whether a file that is no part of the load can be read; it is reported if not. */
  exists(path: string, named: Span, maxBytes: number): boolean {
    const read = this.#reader.read(path, maxBytes);
    return read.ok || this.#refuse(path, named, read) !== null;
  }

  #add(path: string, text: string, shown: string): number {
    const source = makeSource(path, text);
    this.#originals.push(source);
    this.#sources.push(shown === text ? source : makeSource(path, shown));
    return this.#sources.length - 1;
  }

  #refuse(path: string, named: Span | null, read: FileRead & { ok: false }): null {
    const span = this.#spanOf(path, named);
    if (read.reason === "too_large") {
      this.#report.error(SEMANTICS.fileTooLarge, span, `\`${path}\` is too large: ${read.message}`, {
        help: "split it into several files",
      });
      return null;
    }
    this.#report.error(SEMANTICS.fileUnreadable, span, `\`${path}\` cannot be read: ${read.message}`, {
      help: HELP[read.reason],
    });
    return null;
  }

  /** The main file has a place even where it has no text. */
  #spanOf(path: string, named: Span | null): Span {
    if (named !== null) return named;
    return { file: this.#add(path, "", ""), start: 0, end: 0 };
  }
}

const HELP: Readonly<Record<"not_found" | "unreadable" | "directory", string>> = {
  not_found: "check the path; it is relative to the file that names it",
  unreadable: "check the file's kind and permissions",
  directory: "name a file in it",
};
