/** Which state a request can touch, so that readings of two engines can be compared by the keys that traffic has used. */
import type { KeyPart } from "../contract.ts";
import type { Key, Policy } from "../policy.ts";
import type { Request } from "../request.ts";
import { readFacts } from "./facts.ts";
import { keyPart } from "./keys.ts";
import { statelessScope } from "./scope.ts";

/** A declaration with state, and this request's key in it: the arguments of a reading. */
export interface TouchedState {
  readonly kind: "signal" | "limit" | "ban";
  /** Name of the signal or limit, or of the rule that bans. */
  readonly name: string;
  readonly keys: readonly KeyPart[];
}

/**
 * Every declaration with state for which the request has a key, whether or not it is recorded or asked there. A key that reads
 * signals or scores is the one of a request without a past.
 */
export function touchedState(policy: Policy, request: Request, nowMicros: number): readonly TouchedState[] {
  const facts = readFacts(policy, request, nowMicros);
  const scope = statelessScope(policy, facts);
  return declarationsWithState(policy).flatMap(({ kind, name, parts }) => {
    const keys = parts.map((key) => keyPart(key, scope)).filter((part) => part !== null);
    return keys.length === parts.length ? [{ kind, name, keys }] : [];
  });
}

interface WithState {
  readonly kind: TouchedState["kind"];
  readonly name: string;
  readonly parts: readonly Key[];
}

function declarationsWithState({ signals, limits, rules }: Policy): readonly WithState[] {
  return [
    ...signals.map(({ name, keys }): WithState => ({ kind: "signal", name, parts: keys })),
    ...limits.map(({ name, keys }): WithState => ({ kind: "limit", name, parts: keys })),
    ...rules.flatMap(({ name, action }): readonly WithState[] =>
      action.kind === "block" && action.ban !== null ? [{ kind: "ban", name, parts: action.ban.keys }] : [],
    ),
  ];
}
