/** A completion before it is placed in the document. */
import type { CompletionItemKind } from "vscode-languageserver";

export interface Suggestion {
  readonly label: string;
  readonly kind: CompletionItemKind;
  /** Behind the label: a type, or the kind of a declaration. */
  readonly detail?: string;
  /** Markdown. */
  readonly about?: string;
  /** Where it differs from the label. */
  readonly insert?: string;
  /** Smaller comes first; 1 where left out. */
  readonly rank?: number;
}

/** Suggestions of plain words. */
export function words(
  names: Iterable<string>,
  kind: CompletionItemKind,
  about: (name: string) => string | undefined = () => undefined,
): readonly Suggestion[] {
  return [...names].map((label) => {
    const text = about(label);
    return text === undefined ? { label, kind } : { label, kind, about: text };
  });
}
