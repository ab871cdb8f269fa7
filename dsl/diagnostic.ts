/** A problem in a policy or inventory, as data. Renderers (text, JSON) are separate. */
import type { Span } from "../engine/index.ts";

/** How much a diagnostic matters: an error keeps the policy from running. */
export type Severity = "error" | "warning";

/** Another place concerned, such as the first declaration of a name. */
export interface Note {
  readonly message: string;
  readonly span: Span;
}

/** An edit that certainly mends the problem. */
export interface Fix {
  readonly span: Span;
  readonly text: string;
}

/** One problem of a policy, as data. */
export interface Diagnostic {
  /** Stable, listed in `codes.ts`: `EP1…` text and syntax, `EP2…` names and types, `EP3…` lints, `EP4…` callers. */
  readonly code: string;
  readonly severity: Severity;
  /** One sentence in the language's words: lower case, no final stop, user text in backticks. */
  readonly message: string;
  readonly span: Span;
  /** The remedy, with the corrected text or "did you mean"; empty if there is none. */
  readonly help: string;
  readonly notes: readonly Note[];
  readonly fix: Fix | null;
}
