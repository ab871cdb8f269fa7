/**
 * What an option's value may be in a file of options, as data: the reader checks by it, and `server/config.schema.json` is its form for
 * editors. {@link Fields} ties a table of them to the options' interface, so that an option cannot be left out of the table.
 */

/** What every option says of itself. */
interface About {
  /** One sentence, with the unit and the default. */
  readonly about: string;
}

/** Any text, or one of some words. */
export type TextField = About & { readonly kind: "text"; readonly values?: readonly string[] };
/** A path, relative to the file's folder. */
export type PathField = About & { readonly kind: "path" };
/** A positive whole number, from `least` to `most` where they are stated. */
export type CountField = About & { readonly kind: "count"; readonly least?: number; readonly most?: number };
/** A number, also with decimals. */
export type NumberField = About & { readonly kind: "number" };
export type FlagField = About & { readonly kind: "flag" };
/** A text that does not stand in the file: `{ env: NAME }` or `{ file: PATH }`. */
export type SecretField = About & { readonly kind: "secret" };
/** Secrets by a name. */
export type SecretsField = About & { readonly kind: "secrets" };
/** A list of secrets. */
export type SecretListField = About & { readonly kind: "secret_list" };
/** Paths, relative to the file's folder. */
export type PathsField = About & { readonly kind: "paths" };
/** A positive whole number, or one of some words. */
export type CountOrWordField = About & { readonly kind: "count_or_word"; readonly values: readonly string[] };
export type TextsField = About & { readonly kind: "texts" };
/** One of some words, or a section. */
export type WordOrSectionField = About & {
  readonly kind: "word_or_section";
  readonly values: readonly string[];
  readonly fields: Table;
};
export type SectionField = About & { readonly kind: "section"; readonly fields: Table };
/** A list of sections, with what each must have. */
export type SectionsField = About & {
  readonly kind: "sections";
  readonly fields: Table;
  readonly required: readonly string[];
};

export type Field =
  | TextField
  | PathField
  | CountField
  | NumberField
  | FlagField
  | SecretField
  | SecretsField
  | SecretListField
  | TextsField
  | PathsField
  | CountOrWordField
  | WordOrSectionField
  | SectionField
  | SectionsField;

/** Options by name. */
export type Table = Readonly<Record<string, Field>>;

/** A field for each option of `T`, of a kind that fits the option's type. */
export type Fields<T> = { readonly [K in keyof T]-?: FieldOf<NonNullable<T[K]>> };

type FieldOf<V> = [V] extends [number]
  ? CountField | NumberField
  : [V] extends [boolean]
    ? FlagField
    : [V] extends [string]
      ? TextField | PathField | SecretField
      : [V] extends [readonly string[]]
        ? TextsField | PathsField | SecretListField
        : [V] extends [number | string]
          ? CountOrWordField
          : SecretsField | WordOrSectionField | SectionField | SectionsField;

export const text = (about: string, values?: readonly string[]): TextField =>
  values === undefined ? { kind: "text", about } : { kind: "text", about, values };
export const path = (about: string): PathField => ({ kind: "path", about });
export const count = (about: string): CountField => ({ kind: "count", about });
export const countFrom = (about: string, { least, most }: { least: number; most: number }): CountField => ({
  kind: "count",
  about,
  least,
  most,
});
export const number = (about: string): NumberField => ({ kind: "number", about });
export const flag = (about: string): FlagField => ({ kind: "flag", about });
export const secret = (about: string): SecretField => ({ kind: "secret", about });
export const secrets = (about: string): SecretsField => ({ kind: "secrets", about });
export const paths = (about: string): PathsField => ({ kind: "paths", about });
export const secretList = (about: string): SecretListField => ({ kind: "secret_list", about });
export const countOrWord = (about: string, values: readonly string[]): CountOrWordField => ({
  kind: "count_or_word",
  about,
  values,
});
export const texts = (about: string): TextsField => ({ kind: "texts", about });

/** A section whose table covers `T`. */
export function section<T>(about: string, fields: Fields<T>): SectionField {
  return { kind: "section", about, fields: fields as Table };
}

/** A list of sections whose table covers `T`. */
export function sections<T>(about: string, fields: Fields<T>, required: readonly (keyof T & string)[]): SectionsField {
  return { kind: "sections", about, fields: fields as Table, required };
}
