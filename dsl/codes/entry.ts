/** The shape of one entry of the code registry; the entries themselves stand beside it, by family. */

/** A stable code with what `edgepolicy` and the documentation say about it. */
export interface CodeEntry {
  /** `EP1…` text and syntax, `EP2…` names and types, `EP3…` lints and `EP4…` callers. Never reused. */
  readonly code: string;
  /** A few words, lower case, no final stop. */
  readonly title: string;
  /** One paragraph: what is wrong, why it matters, and how to mend it. */
  readonly explanation: string;
}
