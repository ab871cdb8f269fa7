/** Lets an attacker run by itself, and notes what it sends. */
import { type Request, VERDICTS, type Verdict } from "../../engine/index.ts";
import type { Attacker } from "../../simulator/attacks/attacker.ts";
import { castAttacker, stage } from "./scenarios.ts";

/** One request of a campaign. */
export interface Sent {
  readonly at: number;
  readonly request: Request;
  readonly abusive: boolean;
  readonly status: number;
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
  const sent: Sent[] = [];
  for (let at = actor.first(); at < Number.POSITIVE_INFINITY; at = actor.next(at)) {
    actor.compose(at);
    const { request, abusive, status } = actor;
    const one = { at, request: { ...request, body: structuredClone(request.body) }, abusive, status };
    sent.push(one);
    const verdict = VERDICTS.indexOf(answer(one));
    actor.hear({ verdict, status: 403, retryAfterMicros: 0, by: null }, at);
  }
  return { actor, sent };
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
