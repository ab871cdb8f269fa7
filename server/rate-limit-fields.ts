/**
 * `RateLimit` and `RateLimit-Policy` of draft-ietf-httpapi-ratelimit-headers-11. A GCRA limit has no window of its own; it is
 * told as its burst and the time in which the whole burst comes back, which is the same average and never promises more. A
 * sliding log is told as it is, a calendar quota with the length of its unit (31 days for a month), and requests at once as
 * `concurrent-requests`, without a window or a reset: a place is free again when another request ends. What costs its size is
 * told in `content-bytes`. All are told as they are declared; what an overlay changes shows in the remaining units alone.
 */
import {
  type Amount,
  type Expr,
  type Limit,
  type LimitReading,
  MAX_LOG,
  type Policy,
  type Rate,
} from "../engine/index.ts";

/** The most of an amount, and the seconds that it is for; null where time does not bring it back. */
interface Quota {
  readonly most: number;
  readonly seconds: number | null;
}

const UNIT_SECONDS = { hour: 3_600, day: 86_400, month: 31 * 86_400 } as const;

/** What is told of a limit's amount. */
interface Told {
  /** The item of `RateLimit-Policy`. */
  readonly item: string;
  readonly isTimed: boolean;
}

/** A refusal that the fields come with. */
export interface Refused {
  /** The limit or rule that refused. */
  readonly by: string | null;
  /** When it says to come again, in microseconds from now; 0 where it does not say. */
  readonly retryAfterMicros: number;
}

/** By limits of policies that run: a refusal would put the same text together again. */
const TOLD = new WeakMap<Limit, Told>();
const NOTHING: readonly string[] = [];

/**
 * The two headers, names and values alternating; empty without readings.
 *
 * @param client - An index into the policy, or -1.
 * @param refused - Null where the request was let through.
 */
export function rateLimitFields(
  policy: Policy,
  readings: readonly LimitReading[],
  client: number,
  refused: Refused | null = null,
): readonly string[] {
  let [items, states] = ["", ""];
  for (const reading of readings) {
    const { name, remaining } = reading;
    const limit = policy.limits.find((candidate) => candidate.name === name);
    const told = limit === undefined ? null : toldOf(limit, policy, client);
    if (told === null) continue;
    const comma = items === "" ? "" : ", ";
    items += comma + told.item;
    states += `${comma}"${name}";r=${remaining}${told.isTimed ? `;t=${windowOf(reading, refused)}` : ""}`;
  }
  return items === "" ? NOTHING : ["RateLimit-Policy", items, "RateLimit", states];
}

/**
 * For how many seconds no more than what remains can be used (§4.1.2). A limit that refused lets something through again at the time that
 * `Retry-After` names, which must not be before the end of this one (§6).
 */
function windowOf({ name, remaining, resetAfter }: LimitReading, refused: Refused | null): number {
  const hasRefused = refused !== null && refused.retryAfterMicros > 0 && (remaining === 0 || name === refused.by);
  return Math.ceil(hasRefused ? Math.min(resetAfter, refused.retryAfterMicros / 1e6) : resetAfter);
}

function toldOf(limit: Limit, policy: Policy, client: number): Told | null {
  const known = TOLD.get(limit);
  if (known !== undefined) return known;
  const { name, amount } = limit;
  const quota = quotaOf(amount, policy, client);
  if (quota === null) return null;
  const { most, seconds } = quota;
  const isTimed = seconds !== null;
  const bytes = limit.cost?.type.scalar === "size" ? ';qu="content-bytes"' : "";
  const told = {
    item: `"${name}";q=${most}${isTimed ? `${bytes};w=${seconds}` : ';qu="concurrent-requests"'}`,
    isTimed,
  };
  if (!("rate" in amount) || amount.rate.kind === "literal") TOLD.set(limit, told);
  return told;
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
