/** What an audit finds, as data, and the entries of its registry. */
import type { Span } from "../../engine/index.ts";
import type { Note } from "../diagnostic.ts";

/** How much a finding matters, worst first. */
export const SEVERITIES = ["error", "warning", "info"] as const;
/** One of {@link SEVERITIES}. */
export type FindingSeverity = (typeof SEVERITIES)[number];

/** A stable id with its meaning. */
export interface FindingEntry {
  /** `ID1…` from the inventory alone, `ID2…` from policy and inventory. Never reused. */
  readonly id: string;
  /** A few words, lower case, no final stop. */
  readonly title: string;
  /** Every severity that it can have, worst first. */
  readonly severities: readonly FindingSeverity[];
  /** When exactly it is raised. */
  readonly condition: string;
  /** Why that matters. */
  readonly explanation: string;
}

/** One finding. Its texts never hold a secret. */
export interface Finding {
  readonly id: string;
  readonly severity: FindingSeverity;
  readonly title: string;
  /** One sentence that names what is concerned: lower case, no final stop, user text in backticks. */
  readonly message: string;
  /** The client concerned; null where it is the policy. */
  readonly client: string | null;
  /** Who answers for the client: `team, person`; null for none. */
  readonly owner: string | null;
  readonly span: Span;
  /** What to do. */
  readonly help: string;
  readonly notes: readonly Note[];
}
