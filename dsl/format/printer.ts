/** Printing documents within the width, with every comment where it stood: on its own line, or at the end of one. */
import type { Comment } from "../ast.ts";
import { type Doc, extentOf, INDENT, isRow, type Line, type Piece, WIDTH, widthOf } from "./doc.ts";

/** The comments of a text, and what the text around them looked like. */
export class SourceComments {
  readonly #text: string;
  readonly #comments: readonly Comment[];

  constructor(text: string, comments: readonly Comment[]) {
    this.#text = text;
    this.#comments = comments;
  }

  all(): readonly Comment[] {
    return this.#comments;
  }

  /** Whether a comment begins within a range. */
  within(start: number, end: number): boolean {
    const first = this.#comments[this.#firstFrom(start)];
    return first !== undefined && first.span.start < end;
  }

  /** Whether nothing stands before the comment on its line. */
  ownsLine(comment: Comment): boolean {
    return /(?:^|[\r\n])[ \t]*$/.test(this.#before(comment.span.start));
  }

  /** Whether an empty line stands right before an offset. */
  blankBefore(offset: number): boolean {
    const space = /[ \t\r\n]*$/.exec(this.#before(offset))?.[0] ?? "";
    return (space.match(/\r\n|\r|\n/g)?.length ?? 0) >= 2;
  }

  /** Whether an empty line stands anywhere between two offsets. */
  blankWithin(start: number, end: number): boolean {
    return /(?:\r\n|\n|\r(?!\n))[ \t]*(?:\r|\n)/.test(this.#text.slice(start, end));
  }

  /** Offset of the next such bracket that is not inside a comment. */
  next(bracket: string, from: number): number {
    for (let at = this.#text.indexOf(bracket, from); at >= 0; at = this.#text.indexOf(bracket, at + 1)) {
      const before = this.#comments[this.#firstFrom(at) - 1];
      if (before === undefined || before.span.end <= at) return at;
    }
    return this.#text.length;
  }

  /** Offset of the last such word before an offset: the keyword of a clause whose tree knows its value alone. */
  previous(word: string, before: number): number {
    return Math.max(0, this.#text.lastIndexOf(word, before));
  }

  /** As much of the text before an offset as may be blank. */
  #before(offset: number): string {
    let start = offset;
    while (start > 0 && " \t\r\n".includes(this.#text.charAt(start - 1))) start--;
    return this.#text.slice(Math.max(0, start - 1), offset);
  }

  #firstFrom(offset: number): number {
    let low = 0;
    let high = this.#comments.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#comments[middle]?.span.start ?? 0) < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/** A part of the document that is still to be printed. */
interface Pending {
  readonly doc: Doc;
  readonly indent: number;
  readonly flat: boolean;
}

/** A break that is decided and not yet written, because comments may still come before it. */
interface Break {
  readonly indent: number;
  readonly commentIndent: number;
  readonly blank: Line["blank"];
  /** Whether it parts entries of a block or declarations. Between clauses no blank line is kept, not even around comments. */
  readonly entries: boolean;
}

/** Before the first declaration, and after the last. */
const TOP: Break = { indent: 0, commentIndent: 0, blank: "keep", entries: true };

/** Prints a document; the text ends in a newline unless it is empty. */
export function print(doc: Doc, comments: SourceComments): string {
  return new Printer(comments).print(doc);
}

class Printer {
  readonly #comments: SourceComments;
  readonly #lines: string[] = [];
  #line = "";
  #indent = 0;
  #break: Break | null = TOP;
  #endsInComment = false;
  #nextComment = 0;

  constructor(comments: SourceComments) {
    this.#comments = comments;
  }

  print(doc: Doc): string {
    const stack: Pending[] = [{ doc, indent: 0, flat: false }];
    for (let next = stack.pop(); next !== undefined; next = stack.pop()) this.#step(next, stack);
    this.#break ??= TOP;
    this.#flush(Infinity);
    if (this.#line !== "") this.#lines.push(this.#line.trimEnd());
    return this.#lines.length === 0 ? "" : `${this.#lines.join("\n")}\n`;
  }

  #step(next: Pending, stack: Pending[]): void {
    const { doc, indent, flat } = next;
    if (typeof doc === "string") return this.#write(doc);
    if (isRow(doc)) {
      for (let index = doc.length - 1; index >= 0; index--) stack.push({ doc: doc[index] ?? "", indent, flat });
      return;
    }
    this.#indent = indent;
    if (doc.kind === "piece") return this.#piece(doc);
    if (doc.kind === "indent") return void stack.push({ doc: doc.doc, indent: indent + INDENT, flat });
    if (doc.kind === "group")
      return void stack.push({ doc: doc.doc, indent, flat: flat || this.#fits(doc.doc, stack) });
    if (flat && doc.flat !== null) return this.#write(doc.flat);
    const commentIndent = doc.closes ? indent + INDENT : indent;
    this.#break = { indent, commentIndent, blank: doc.blank, entries: doc.flat === null };
  }

  /** Whether a group fits on the rest of the line, with what must follow it there, and holds no comment. */
  #fits(doc: Doc, stack: readonly Pending[]): boolean {
    const { start, end } = extentOf(doc);
    if (this.#comments.within(start, end)) return false;
    let room = WIDTH - (this.#break === null ? widthOf(this.#line) : this.#break.indent);
    const ahead: Pending[] = [{ doc, indent: 0, flat: true }];
    let rest = stack.length;
    while (room >= 0) {
      const next = ahead.pop() ?? stack[--rest];
      if (next === undefined) return true;
      const part = next.doc;
      if (typeof part === "string") room -= widthOf(part);
      else if (isRow(part))
        for (let index = part.length - 1; index >= 0; index--) ahead.push({ ...next, doc: part[index] ?? "" });
      else if (part.kind === "piece") room -= widthOf(part.text);
      else if (part.kind !== "line") ahead.push({ ...next, doc: part.doc });
      else if (!next.flat) return true;
      else if (part.flat === null) return false;
      else room -= part.flat.length;
    }
    return false;
  }

  #piece(piece: Piece): void {
    this.#flush(piece.start);
    this.#breakNow(this.#break !== null && this.#wantsBlank(piece.start));
    this.#line += piece.text;
  }

  #write(text: string): void {
    if (this.#break !== null && text.trim() === "") return;
    this.#breakNow(false);
    this.#line += text;
  }

  #wantsBlank(offset: number): boolean {
    const blank = this.#break?.blank ?? "remove";
    return blank === "set" || (blank === "keep" && this.#comments.blankBefore(offset));
  }

  /** Writes the pending break, if there is one. */
  #breakNow(blank: boolean): void {
    if (this.#break === null) return;
    this.#newLine(this.#break.indent, blank);
    this.#break = null;
  }

  #newLine(indent: number, blank: boolean): void {
    if (this.#line !== "" || this.#lines.length > 0) this.#lines.push(this.#line.trimEnd());
    if (blank && this.#lines.length > 0) this.#lines.push("");
    this.#line = " ".repeat(indent);
    this.#endsInComment = false;
  }

  /** Prints the comments that stood before an offset. */
  #flush(offset: number): void {
    const all = this.#comments.all();
    const first = this.#nextComment;
    while ((all[this.#nextComment]?.span.start ?? Infinity) < offset) this.#nextComment++;
    const due = all.slice(first, this.#nextComment);
    if (due.length === 0) return;
    this.#settleBlank(due, offset);
    for (const comment of due) this.#comment(comment);
  }

  /** A blank line that must be set is one that the source has, if it has one anywhere between here and there. */
  #settleBlank(due: readonly Comment[], offset: number): void {
    if (this.#break?.blank !== "set") return;
    const places = [...due.filter((comment) => this.#comments.ownsLine(comment)).map(({ span }) => span.start), offset];
    if (places.length > 1 && places.some((place) => this.#comments.blankBefore(place))) {
      this.#break = { ...this.#break, blank: "keep" };
    }
  }

  #comment(comment: Comment): void {
    const started = this.#line.trim() !== "";
    // A comment where the document has no break ends its line all the same; what follows goes on one level deeper.
    const deeper = this.#indent + INDENT;
    const next = this.#break ?? { indent: deeper, commentIndent: deeper, blank: "remove", entries: false };
    this.#break = next;
    if (started && !this.#endsInComment && !this.#comments.ownsLine(comment)) {
      this.#line = `${this.#line.trimEnd()} ${comment.text}`;
      this.#endsInComment = true;
      return;
    }
    const closes = next.commentIndent !== next.indent;
    const blank =
      closes && next.entries ? this.#comments.blankBefore(comment.span.start) : this.#wantsBlank(comment.span.start);
    if (started) this.#newLine(next.commentIndent, blank);
    this.#line += comment.text;
    this.#endsInComment = true;
    this.#break = { ...next, blank: closes || !next.entries ? "remove" : "keep" };
  }
}
