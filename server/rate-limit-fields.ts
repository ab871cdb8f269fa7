/**
 * `RateLimit` and `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers. A GCRA limit has no window of its own; it is
 * told as its burst and the time in which the whole burst comes back, which is the same average and never promises more.
 */
import type { Expr, Limit, LimitReading, Policy, Rate } from "../engine/index.ts";

/** The two headers, names and values alternating; empty without readings. `client` is an index into the policy or -1. */
export function rateLimitFields(policy: Policy, readings: readonly LimitReading[], client: number): readonly string[] {
  const policies: string[] = [];
  const states: string[] = [];
  for (const { name, remaining, resetAfter } of readings) {
    const limit = policy.limits.find((candidate) => candidate.name === name);
    const rate = limit === undefined ? null : rateOf(limit, policy, client);
    if (rate === null) continue;
    const window = Math.ceil((rate.burst * rate.perMicros) / rate.allow / 1e6);
    policies.push(`"${name}";q=${rate.burst};w=${window}`);
    states.push(`"${name}";r=${remaining};t=${Math.ceil(resetAfter)}`);
  }
  if (states.length === 0) return [];
  return ["RateLimit-Policy", policies.join(", "), "RateLimit", states.join(", ")];
}

/** The rate that charges this client: a literal, or the client's own where it has one. */
function rateOf(limit: Limit, policy: Policy, client: number): Rate | null {
  if (!("rate" in limit.amount)) return null;
  const { rate } = limit.amount;
  const options: readonly Expr[] = rate.kind === "default" ? rate.options : [rate];
  for (const option of options) {
    if (option.kind === "literal") return option.value as Rate;
    if (option.kind !== "attribute" || option.name !== "client.rate") continue;
    const own = policy.clients[client]?.rate ?? null;
    if (own !== null) return own;
  }
  return null;
}
