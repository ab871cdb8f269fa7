/** What a name in a text stands for, so that all its places can be found. */
import type { Span } from "../../engine/index.ts";

/**
 * `declared`: what a declaration names. `field`: a path parameter or body field. `claim`: a typed claim. `label`: a case of the
 * class `owner`. `actor`: a population or attack of the scenario `owner`. `client`: of the inventory. `attribute`: of the
 * language, with its dots. `member`: of the enumeration `owner`. `aggregate`, `type`: the language's. `file`: by its path.
 */
export type MeaningKind =
  | "declared"
  | "field"
  | "claim"
  | "label"
  | "actor"
  | "client"
  | "attribute"
  | "member"
  | "aggregate"
  | "type"
  | "file";

export interface Meaning {
  readonly kind: MeaningKind;
  readonly name: string;
  /** What the name belongs to; empty for names that stand alone. */
  readonly owner: string;
}

/** One place of a name. */
export interface Occurrence {
  readonly meaning: Meaning;
  /** Exactly the name, without quotes or braces around it. */
  readonly span: Span;
  /** Whether the name is declared here. */
  readonly declares: boolean;
}

/** A meaning, for names that stand alone or belong to something. */
export function meaning(kind: MeaningKind, name: string, owner = ""): Meaning {
  return { kind, name, owner };
}

/** One text for each meaning. */
export function identityOf({ kind, owner, name }: Meaning): string {
  return `${kind} ${owner} ${name}`;
}
