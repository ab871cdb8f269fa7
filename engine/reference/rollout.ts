/** How far rules and limits apply to one request. */
import type { Declaration, Rollout } from "../policy.ts";
import type { Scope } from "./expressions.ts";
import { halfSipHash, textWords, valueWords } from "./hash.ts";
import { keyPart } from "./keys.ts";

export type Mode = "on" | "shadow" | "off";

/** A rule or limit. */
export type RolledOut = Declaration & { readonly rollout: Rollout };

/** Whether a canary's hash chooses the request's key; without a key it is not chosen. */
function isChosen(name: string, rollout: Extract<Rollout, { mode: "canary" }>, scope: Scope): boolean {
  const part = keyPart(rollout.key, scope);
  if (part === null || part.value === null) return false;
  const type = rollout.key.options[part.option]?.type.scalar ?? "string";
  const [lane0] = halfSipHash([...textWords(name), part.option, ...valueWords(type, part.value)], [0, 0]);
  return lane0 % 10_000 < rollout.percent * 100;
}

function isOver({ untilMicros }: Rollout, now: number): boolean {
  return untilMicros !== null && now >= untilMicros;
}

/** The mode that a declaration's own rollout gives it: a canary is on for those it chooses and in shadow for the others. */
function ownMode({ name, rollout }: RolledOut, scope: Scope): Mode {
  if (isOver(rollout, scope.facts.now)) return "shadow";
  if (rollout.mode !== "canary") return rollout.mode;
  return isChosen(name, rollout, scope) ? "on" : "shadow";
}

/**
 * The mode of each of a policy's rules, or of its limits: what an overlay sets, else off where a canary that takes effect replaces it,
 * else its own.
 */
export function modesOf(declarations: readonly RolledOut[], scope: Scope): readonly Mode[] {
  const { modes } = scope.overlaid;
  const own = declarations.map((each) => ownMode(each, scope));
  const replaced = new Set(
    declarations.flatMap(({ name, rollout }, index) =>
      rollout.mode === "canary" && own[index] === "on" && !modes.has(name) ? [rollout.replaces] : [],
    ),
  );
  return declarations.map(
    ({ name }, index) => modes.get(name) ?? (replaced.has(index) ? "off" : (own[index] ?? "off")),
  );
}
