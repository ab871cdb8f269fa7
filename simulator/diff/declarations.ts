/** Which declarations of a policy were added, removed or written anew. */
import type { SourceFile } from "../../dsl/index.ts";
import type { Policy, Span } from "../../engine/index.ts";
import { withoutSpans } from "./without-spans.ts";

/** A policy with the sources that its spans point into. */
export interface DiffSide {
  readonly policy: Policy;
  readonly sources: readonly SourceFile[];
}

/** Sorts of declarations that are compared. */
export type DeclarationKind =
  | "rule"
  | "limit"
  | "score"
  | "signal"
  | "let"
  | "window"
  | "table"
  | "list"
  | "fact"
  | "route"
  | "client"
  | "settings";

/** A declaration that is not the same in both. */
export interface DeclarationChange {
  readonly kind: DeclarationKind;
  readonly name: string;
  readonly change: "added" | "removed" | "changed";
}

/** In the order of {@link DeclarationKind}, then by name. What a declaration reads is compared as a declaration of its own. */
export function declarationChanges(old: DiffSide, now: DiffSide): readonly DeclarationChange[] {
  const [before, after] = [textsOf(old), textsOf(now)];
  return [...after].flatMap(([kind, texts]) => {
    const earlier = before.get(kind) ?? new Map<string, string>();
    const names = [...new Set([...earlier.keys(), ...texts.keys()])].sort();
    return names.flatMap((name): readonly DeclarationChange[] => {
      const [was, is] = [earlier.get(name), texts.get(name)];
      if (was === is) return [];
      return [{ kind, name, change: was === undefined ? "added" : is === undefined ? "removed" : "changed" }];
    });
  });
}

type Texts = ReadonlyMap<string, string>;

/** By kind, the text of each declaration by its name. */
function textsOf({ policy, sources }: DiffSide): ReadonlyMap<DeclarationKind, Texts> {
  const written = (declarations: readonly { readonly name: string; readonly span: Span }[]): Texts =>
    new Map(declarations.map(({ name, span }) => [name, spanText(span, sources)]));
  const { rules, limits, scores, signals, lets, windows, tables, lists, facts, routes, clients } = policy;
  const { settings, trust, identity } = policy;
  return new Map<DeclarationKind, Texts>([
    ["rule", withRollouts(written(rules), rules)],
    ["limit", withRollouts(written(limits), limits)],
    ["score", written(scores)],
    ["signal", written(signals)],
    ["let", written(lets)],
    ["window", written(windows)],
    ["table", written(tables)],
    // A list's values may be in a file of their own.
    ["list", new Map(lists.map(({ name, type, values }) => [name, JSON.stringify([type, values])]))],
    ["fact", written(facts)],
    ["route", written(routes)],
    ["client", new Map(clients.map((client) => [client.id, withoutSpans(client)]))],
    ["settings", new Map(Object.entries({ policy: settings, trust, identity }).map(([k, v]) => [k, withoutSpans(v)]))],
  ]);
}

/** A `rollout` block stands apart from the rule or limit that it is about. */
function withRollouts(
  texts: Texts,
  declared: readonly { readonly name: string; readonly rollout: { readonly mode: string } }[],
): Texts {
  const rollouts = new Map(declared.map(({ name, rollout }) => [name, withoutSpans(namesOnly(rollout))]));
  return new Map([...texts].map(([name, text]) => [name, `${text}\n${rollouts.get(name) ?? ""}`]));
}

/** Without the index of what it replaces, which moves with declarations before it. */
function namesOnly(rollout: object): object {
  return Object.fromEntries(Object.entries(rollout).filter(([member]) => member !== "replaces"));
}

/** The text of a declaration without comments, and with one blank between words. */
function spanText({ file, start, end }: Span, sources: readonly SourceFile[]): string {
  return (sources[file]?.text.slice(start, end) ?? "")
    .replace(STRING_OR_COMMENT, (part) => (part.startsWith('"') ? part : " "))
    .replace(/\s+/g, " ")
    .trim();
}

/** A string, which may hold `//`, or a comment to the end of its line. */
const STRING_OR_COMMENT = /"(?:[^"\\\n]|\\.)*"|\/\/[^\n]*/g;
