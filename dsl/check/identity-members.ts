/** Members of an identity source: words with a value, each at most once, from a closed set. */
import type { Span } from "../../engine/index.ts";
import type { AstExpr, AstIdentitySource, AstMember } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { MAX_DURATION } from "./quantities.ts";
import type { Report } from "./report.ts";
import { didYouMean } from "./suggest.ts";
import { unwrap } from "./typed.ts";

/** What stands after a member's words: a text, one or several texts, a duration, a word, or a block. */
export type Shape = "text" | "texts" | "duration" | "word" | "block";

/** A text with its place. */
export interface PlacedText {
  readonly value: string;
  readonly span: Span;
}

const EXAMPLES: Readonly<Record<Shape, string>> = {
  text: '"…"',
  texts: '["…", "…"]',
  duration: "5m",
  word: "…",
  block: "{ … }",
};

/** Reads the members of one source; what is wrong is reported, and makes {@link Members.fits} false. */
export class Members {
  readonly #found = new Map<string, AstMember>();
  readonly source: AstIdentitySource;
  readonly report: Report;
  #fits = true;

  /** @param shapes - The members that this sort of source has, by their words. */
  constructor(source: AstIdentitySource, shapes: Readonly<Record<string, Shape>>, report: Report) {
    this.source = source;
    this.report = report;
    for (const member of source.members) this.#take(member, shapes);
  }

  /** Whether everything so far is right. */
  get fits(): boolean {
    return this.#fits;
  }

  /** Reports what is wrong with the source; `fix` is the text that belongs there instead. */
  refuse(span: Span, message: string, help: string, fix: string | null = null): null {
    this.#fits = false;
    const extras = fix === null ? { help } : { help, fix: { span, text: fix } };
    this.report.error(SEMANTICS.identity, span, message, extras);
    return null;
  }

  #refuseSecond(name: string, span: Span, first: Span): void {
    this.#fits = false;
    this.report.error(SEMANTICS.identity, span, `\`${name}\` is given twice`, {
      help: "leave one of them out",
      notes: [{ message: "it is given here first", span: first }],
    });
  }

  /** The text of a member; null where there is none, which is reported if the source cannot do without. */
  text(name: string, example: string | null = null): PlacedText | null {
    const [first] = this.texts(name, example) ?? [];
    return first ?? null;
  }

  /** The texts of a member, at least one; null as in {@link Members.text}. */
  texts(name: string, example: string | null = null): readonly PlacedText[] | null {
    const member = this.#found.get(name);
    if (member !== undefined) return textsOf(member.values[0]);
    const sort = this.source.sort.text;
    return example === null
      ? null
      : this.refuse(this.source.sort.span, `\`${sort}\` does not say \`${name}\``, `add \`${example}\``);
  }

  /** The word after `dpop` or `scheme`. */
  word(name: string): PlacedText | null {
    const word = this.#found.get(name)?.words[1];
    return word === undefined ? null : { value: word.text, span: word.span };
  }

  /** Microseconds, up to the longest duration of the language. */
  duration(name: string): number | null {
    const value = this.#found.get(name)?.values[0];
    if (value?.kind !== "literal") return null;
    const micros = Number(value.value);
    if (micros > 0 && micros <= MAX_DURATION) return micros;
    return this.refuse(
      value.span,
      `\`${name}\` is longer than nothing and at most 366d, not \`${value.raw}\``,
      "write a duration, such as `5m`",
    );
  }

  #take(member: AstMember, shapes: Readonly<Record<string, Shape>>): void {
    const first = member.words[0]?.text ?? "";
    const name = shapes[first] === "word" ? first : member.words.map(({ text }) => text).join(" ");
    const shape = shapes[name];
    const earlier = this.#found.get(name);
    const sort = this.source.sort.text;
    if (shape === undefined) {
      const names = Object.keys(shapes);
      this.refuse(
        member.span,
        `\`${sort}\` has no \`${name}\``,
        didYouMean(name, names, `it has ${names.map((each) => `\`${each}\``).join(", ")}`),
      );
    } else if (earlier !== undefined) this.#refuseSecond(name, member.span, earlier.span);
    else if (!hasShape(member, shape)) {
      this.refuse(member.span, `\`${name}\` takes ${DESCRIPTIONS[shape]}`, `write \`${name} ${EXAMPLES[shape]}\``);
    } else this.#found.set(name, member);
  }
}

const DESCRIPTIONS: Readonly<Record<Shape, string>> = {
  text: "one text in quotes",
  texts: "a text in quotes, or a list of them",
  duration: "a duration",
  word: "a word",
  block: "a block in braces",
};

function textsOf(value: AstExpr | undefined): readonly PlacedText[] {
  const inner = value === undefined ? undefined : unwrap(value);
  if (inner === undefined) return [];
  const items = inner.kind === "list" ? inner.items : [inner];
  return items.flatMap((item) =>
    item.kind === "literal" && item.type === "string" ? [{ value: String(item.value), span: item.span }] : [],
  );
}

function hasShape(member: AstMember, shape: Shape): boolean {
  const [value] = member.values;
  if (shape === "block") return member.block !== null;
  if (member.block !== null) return false;
  if (shape === "word") return member.words.length === 2 && value === undefined;
  if (value === undefined) return false;
  if (shape === "duration") return value.kind === "literal" && value.type === "duration";
  const texts = textsOf(value).length;
  if (shape === "text") return value.kind === "literal" && texts === 1;
  return texts > 0 && (value.kind !== "list" || texts === value.items.length);
}
