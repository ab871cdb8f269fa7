/** How far a rule or limit applies to one request. */
import type { Declaration, Rollout, Rule } from "../policy.ts";
import type { Scope } from "./expressions.ts";
import { halfSipHash, textWords, valueWords } from "./hash.ts";
import { keyPart } from "./keys.ts";

export type Mode = "on" | "shadow" | "off";

/** A rule as it applies to one request. */
export interface Judged {
  readonly rule: Rule;
  readonly place: number;
  readonly mode: Mode;
  readonly matches: boolean;
  readonly exempt: boolean;
}

/** A canary is on for the keys that its hash chooses, and in shadow for the others and where there is no key. */
export function modeOf(declaration: Declaration & { readonly rollout: Rollout }, scope: Scope): Mode {
  const { rollout, name } = declaration;
  if (rollout.mode !== "canary") return rollout.mode;
  const part = keyPart(rollout.key, scope);
  if (part === null || part.value === null) return "shadow";
  const type = rollout.key.options[part.option]?.type.scalar ?? "string";
  const [lane0] = halfSipHash([...textWords(name), part.option, ...valueWords(type, part.value)], [0, 0]);
  return lane0 % 10_000 < rollout.percent * 100 ? "on" : "shadow";
}
