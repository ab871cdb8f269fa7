/**
 * Markup that text cannot break out of. Every text that is put into a template is escaped, whether it stands in an element or in a quoted
 * attribute; markup comes from templates of this folder alone. Attributes of others' text are always quoted, and none of them is a
 * link, a style or an id.
 */
import { visible } from "../report/words.ts";

/** Markup that is safe to print. */
export class Html {
  readonly #markup: string;

  private constructor(markup: string) {
    this.#markup = markup;
  }

  /** Of a constant of this folder; never of a text that comes from elsewhere. */
  static trusted(markup: string): Html {
    return new Html(markup);
  }

  /** A text in its whole length, where a template would cut it. */
  static text(text: string): Html {
    return new Html(escapeText(text));
  }

  toString(): string {
    return this.#markup;
  }
}

/** Characters that a template shows of one text: names are shorter, but for those that nobody reads. */
const MOST_TEXT = 300;

/** What may stand in a template: nothing for null, one after another for a list, and escaped unless it is markup. A text of more than 300 characters is cut. */
export type Part = Html | string | number | null | readonly Part[];

/** The tag of templates. */
export function html(markup: TemplateStringsArray, ...parts: readonly Part[]): Html {
  return Html.trusted(markup.map((text, i) => (i === 0 ? text : markupOf(parts[i - 1] ?? null) + text)).join(""));
}

function markupOf(part: Part): string {
  if (part === null) return "";
  if (part instanceof Html) return part.toString();
  if (typeof part === "string") return escapeText(shortened(part, MOST_TEXT));
  return typeof part === "number" ? String(part) : part.map(markupOf).join("");
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
  "`": "&#96;",
};

/** Text as it may stand in an element or in a quoted attribute. Characters that do not show themselves are spelt out. */
export function escapeText(text: string): string {
  return visible(text.toWellFormed()).replace(/[&<>"'`]/g, (special) => ENTITIES[special] ?? "");
}

/** A text of at most `most` characters, cut between two of them. */
export function shortened(text: string, most: number): string {
  const characters = Array.from(text.slice(0, 2 * most + 2));
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join("")}…`;
}
