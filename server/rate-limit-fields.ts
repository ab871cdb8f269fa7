/**
 * `RateLimit` and `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers-09. A GCRA limit has no window of its own; it is
 * told as its burst and the time in which the whole burst comes back, which is the same average and never promises more. A
 * sliding log is told as it is, a calendar quota with the length of its unit (31 days for a month), and requests at once as
 * `concurrent-requests`, without a window or a reset: a place is free again when another request ends. All are told as they
 * are declared; what an overlay changes shows in the remaining units alone.
 */
import { type Amount, type Expr, type LimitReading, MAX_LOG, type Policy, type Rate } from "../engine/index.ts";

/** The most of an amount, and the seconds that it is for; null where time does not bring it back. */
interface Quota {
  readonly most: number;
  readonly seconds: number | null;
}

const UNIT_SECONDS = { hour: 3_600, day: 86_400, month: 31 * 86_400 } as const;

/** The two headers, names and values alternating; empty without readings. `client` is an index into the policy or -1. */
export function rateLimitFields(policy: Policy, readings: readonly LimitReading[], client: number): readonly string[] {
  const policies: string[] = [];
  const states: string[] = [];
  for (const { name, remaining, resetAfter } of readings) {
    const limit = policy.limits.find((candidate) => candidate.name === name);
    const quota = limit === undefined ? null : quotaOf(limit.amount, policy, client);
    if (quota === null) continue;
    const { most, seconds } = quota;
    policies.push(`"${name}";q=${most};${seconds === null ? 'qu="concurrent-requests"' : `w=${seconds}`}`);
    states.push(`"${name}";r=${remaining}${seconds === null ? "" : `;t=${Math.ceil(resetAfter)}`}`);
  }
  if (states.length === 0) return [];
  return ["RateLimit-Policy", policies.join(", "), "RateLimit", states.join(", ")];
}

function quotaOf(amount: Amount, policy: Policy, client: number): Quota | null {
  switch (amount.kind) {
    case "calendar":
      return { most: amount.count, seconds: UNIT_SECONDS[amount.unit] };
    case "leases":
      return { most: amount.count, seconds: null };
    default: {
      const rate = rateOf(amount.rate, policy, client);
      return rate === null ? null : amount.kind === "exact" ? logQuota(rate) : burstQuota(rate);
    }
  }
}

function logQuota({ allow, perMicros }: Rate): Quota {
  return { most: Math.min(MAX_LOG, allow), seconds: Math.ceil(perMicros / 1e6) };
}

function burstQuota({ allow, perMicros, burst }: Rate): Quota {
  return { most: burst, seconds: Math.ceil((burst * perMicros) / allow / 1e6) };
}

/** The rate that charges this client: a literal, or the client's own where it has one. */
function rateOf(rate: Expr, policy: Policy, client: number): Rate | null {
  const options: readonly Expr[] = rate.kind === "default" ? rate.options : [rate];
  for (const option of options) {
    if (option.kind === "literal") return option.value as Rate;
    if (option.kind !== "attribute" || option.name !== "client.rate") continue;
    const own = policy.clients[client]?.rate ?? null;
    if (own !== null) return own;
  }
  return null;
}
