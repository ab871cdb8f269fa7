/** Lets an attacker run alone, and writes down what it sends. */
import { type Request, VERDICTS, type Verdict } from "../../engine/index.ts";
import type { Attacker } from "../../simulator/attacks/attacker.ts";
import { castAttacker, stage } from "./scenarios.ts";

/** One request of an attacker; times are microseconds since the start of the scenario. */
export interface Sent {
  readonly at: number;
  readonly ip: string;
  readonly asn: number | null;
  readonly path: string;
  /** The first string of its body; empty where there is none. */
  readonly account: string;
  readonly agent: string;
  readonly ja4: string | null;
  readonly client: string | null;
  readonly identityError: string | null;
  readonly abusive: boolean;
  readonly status: number;
  /** All of it, as it was sent. */
  readonly request: Request;
}

/** Most requests that a test waits for. */
const MOST = 200_000;

/** Lets `actor` run to its end, answering every request with what `answer` says of it. */
export function campaign(actor: Attacker, answer: (sent: Sent) => Verdict = () => "allow"): readonly Sent[] {
  const all: Sent[] = [];
  for (let at = actor.first(); at < Number.POSITIVE_INFINITY; at = actor.next(at)) {
    actor.compose(at);
    const sent = sentBy(actor, at);
    if (all.push(sent) > MOST) throw new Error(`more than ${MOST} requests`);
    actor.hear({ verdict: VERDICTS.indexOf(answer(sent)), status: 403, retryAfterMicros: 0, by: null }, at);
  }
  return all;
}

function sentBy({ request, abusive, status }: Attacker, at: number): Sent {
  const { ip, asn, path, headers, ja4, client, identityError } = request;
  const texts = Object.values((request.body ?? {}) as Record<string, unknown>).filter(
    (value) => typeof value === "string",
  );
  const agent = headers["user-agent"] ?? "";
  const whole = { ...request, body: structuredClone(request.body) };
  const account = texts[0] ?? "";
  return { at, ip, asn, path, account, agent, ja4, client, identityError, abusive, status, request: whole };
}

/** How often each value occurs. */
export function countBy<T>(items: readonly T[], key: (item: T) => string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(key(item), (counts.get(key(item)) ?? 0) + 1);
  return counts;
}

const ROUTES = `
route pay  = POST "/pay" { body { card: string, amount: number } }
route list = GET "/things"
route cart = POST "/cart/{sku}"
route buy  = POST "/buy"
`;

/**
 * A campaign over the routes `login`, `thing` (objects), `pay`, `list`, `cart` and `buy`; it has five minutes.
 *
 * @param attack - Model and clauses: `flood { target thing … }`.
 * @param answer - The verdict on each request. Default: allow.
 */
export function campaignOf(
  attack: string,
  answer: (sent: Sent) => Verdict = () => "allow",
  seed = 1,
): { readonly actor: Attacker; readonly sent: readonly Sent[] } {
  const actor = castAttacker(stage(ROUTES, `attack a = ${attack}`), seed);
  return { actor, sent: campaign(actor, answer) };
}

/** How many of `sent` lie between two times, in seconds. */
export function countBetween(sent: readonly Sent[], from: number, to: number): number {
  return sent.filter(({ at }) => at >= from * 1e6 && at < to * 1e6).length;
}

/** The standard deviation of gaps over their mean: 1 for a Poisson process, 0 for a clock. */
export function gapVariation(sent: readonly Sent[]): number {
  const gaps = sent.slice(1).map(({ at }, i) => at - (sent[i]?.at ?? 0));
  const mean = gaps.reduce((a, b) => a + b, 0) / gaps.length;
  return Math.sqrt(gaps.reduce((sum, gap) => sum + (gap - mean) ** 2, 0) / gaps.length) / mean;
}
