/** The record of the latest decision: filled in while a request is decided, read until the next one. */
import type { Counters, DecisionRecord } from "./contract.ts";
import type { Decision, LimitReading } from "./decision.ts";
import type { LiveOverlays } from "./overlays.ts";
import type { Policy } from "./policy.ts";
import { VERDICTS } from "./policy.ts";
import { AmountKind, type Charge, makeCharge } from "./state/charge.ts";
import { unitsLeft } from "./exact-rate.ts";

/** Indices in `VERDICTS`. */
export const Verdict = { allow: 0, slow: 1, challenge: 2, throttle: 3, block: 4 } as const;

/** The usual status of each verdict. */
export const STATUS = [200, 200, 401, 429, 403] as const;
const NOBODY = -1;
const NO_PLACE = 0x7fffffff;
const MICROS = 1e6;
/** From which share of a limit on it is nearly used up. */
const NEAR = 0.8;

/** A list of numbers that is filled and emptied again and again. */
export class Numbers {
  readonly items: Int32Array;
  count = 0;

  constructor(most: number) {
    this.items = new Int32Array(most);
  }

  push(item: number): void {
    this.items[this.count++] = item;
  }

  /** Smallest first. Lists are nearly always short; a long one is sorted by the host. */
  sort(): void {
    const { items, count } = this;
    if (count > 32) {
      items.subarray(0, count).sort();
      return;
    }
    for (let index = 1; index < count; index++) {
      const item = items[index]!;
      let at = index - 1;
      for (; at >= 0 && items[at]! > item; at--) items[at + 1] = items[at]!;
      items[at + 1] = item;
    }
  }
}

/** Computes the scores of the request at hand, if that is not done yet. */
export interface Scorer {
  settleScores(): void;
}

export class Record implements DecisionRecord {
  token = 0;
  verdict = 0;
  status = 200;
  by: string | null = null;
  reason = "";
  delayMicros = 0;
  retryAfterMicros = 0;
  route = -1;
  client = -1;
  /** Whether the request came as far as the rules. */
  judged = false;
  /** Whether `scores` holds the request's. */
  scored = false;
  /** Rules that take effect, in order of declaration. */
  readonly matched: Numbers;
  /** Places of shadow rules that hold and shadow limits that would refuse. */
  readonly shadow: Numbers;
  /** By place: whether it is in `shadow`. */
  private readonly listed: Uint8Array;
  /** Enforced limits that were asked, and their answers; `charged` tells whether they were charged. */
  readonly asked: Numbers;
  charged = false;
  /** Of each limit. */
  readonly charges: readonly Charge[];
  readonly scores: Float64Array;
  /** The overlays that were met with the request; null for none. */
  overlays: LiveOverlays | null = null;
  now = 0;
  /** Of the context, when it held the request. */
  epoch = 0;
  private readonly scorer: Scorer;
  private readonly policy: Policy;
  /** How long what is added lasts: delay of a slow, time to retry of the others. Microseconds. */
  private lasts = 0;
  private rule = NOBODY;
  private limit = NOBODY;
  private place = NO_PLACE;

  constructor(policy: Policy, scorer: Scorer) {
    this.policy = policy;
    this.scorer = scorer;
    this.matched = new Numbers(policy.rules.length);
    this.shadow = new Numbers(policy.rules.length + policy.limits.length);
    this.listed = new Uint8Array(policy.order.length);
    this.asked = new Numbers(policy.limits.length);
    this.charges = policy.limits.map(({ amount }) => makeCharge(AmountKind[amount.kind]));
    this.scores = new Float64Array(policy.scores.length);
  }

  /** Begins a decision: the request passes until something is added. */
  begin(route: number, client: number, now: number, epoch: number): void {
    this.token = 0;
    this.verdict = Verdict.allow;
    this.status = 200;
    this.by = null;
    this.reason = "";
    this.delayMicros = 0;
    this.retryAfterMicros = 0;
    this.route = route;
    this.client = client;
    this.judged = false;
    this.scored = false;
    this.matched.count = 0;
    for (let index = 0; index < this.shadow.count; index++) this.listed[this.shadow.items[index]!] = 0;
    this.shadow.count = 0;
    this.asked.count = 0;
    this.charged = false;
    this.overlays = null;
    this.now = now;
    this.epoch = epoch;
    this.rule = NOBODY;
    this.limit = NOBODY;
    this.place = NO_PLACE;
  }

  get shadows(): number {
    return this.shadow.count;
  }

  shadowOf(index: number): string {
    return this.nameAt(this.shadow.items[index]!);
  }

  get matches(): number {
    return this.matched.count;
  }

  matchOf(index: number): string {
    return this.policy.rules[this.matched.items[index]!]!.name;
  }

  /** Whether the request reaches the service, as far as it is decided. */
  get passes(): boolean {
    return this.verdict <= Verdict.slow;
  }

  /** Refuses the request before the rules. */
  refuse(status: number, reason: string): void {
    this.verdict = Verdict.block;
    this.status = status;
    this.reason = reason;
  }

  /**
   * Adds a verdict of a rule or of a limit, for `lasts` microseconds, a number that is not handed on because it would be boxed. It decides if it is stricter than what was added before; among equals if it is
   * longer (delay of a slow, retry of the others), then if it was declared earlier.
   */
  private add(verdict: number, status: number, rule: number, limit: number, place: number): void {
    const micros = this.lasts;
    if (verdict < this.verdict) return;
    if (verdict === this.verdict) {
      const length = verdict === Verdict.slow ? this.delayMicros : this.retryAfterMicros;
      if (micros < length || (micros === length && place >= this.place)) return;
    }
    this.verdict = verdict;
    this.status = status;
    this.delayMicros = verdict === Verdict.slow ? micros : 0;
    this.retryAfterMicros = verdict === Verdict.slow ? 0 : micros;
    this.rule = rule;
    this.limit = limit;
    this.place = place;
  }

  /** Adds a verdict with its usual status. */
  addRule(verdict: number, micros: number, rule: number, place: number): void {
    this.lasts = micros;
    this.add(verdict, STATUS[verdict]!, rule, NOBODY, place);
  }

  /** Adds a block by a rule or its ban. */
  addBlock(status: number, micros: number, rule: number, place: number): void {
    this.lasts = micros;
    this.add(Verdict.block, status, rule, NOBODY, place);
  }

  /** Adds what a limit answers until the wait for it is over. */
  addLimit(verdict: number, status: number, wait: number, limit: number, place: number): void {
    this.lasts = wait;
    this.add(verdict, status, NOBODY, limit, place);
  }

  /** Adds that nothing allows the request. It loses every tie. */
  addNoRuleAllows(): void {
    if (this.verdict === Verdict.block) return;
    this.lasts = 0;
    this.add(Verdict.block, STATUS[Verdict.block], NOBODY, NOBODY, NO_PLACE);
  }

  /** Lists a rule or limit in shadow by its place in the order of declaration, once. */
  listShadow(place: number): void {
    if (this.listed[place] === 1) return;
    this.listed[place] = 1;
    this.shadow.push(place);
  }

  /** Names who decided, and why. */
  conclude(): void {
    if (this.rule >= 0) {
      const { name, because } = this.policy.rules[this.rule]!;
      this.by = name;
      this.reason = because ?? name;
    } else if (this.limit >= 0) {
      this.by = this.policy.limits[this.limit]!.name;
      this.reason = this.by;
    } else if (this.verdict === Verdict.block) this.reason = "no_rule_allows";
  }

  tally({ matched, asked, near, over }: Counters): void {
    for (let index = 0; index < this.matched.count; index++) matched[this.matched.items[index]!]!++;
    for (let index = 0; index < this.asked.count; index++) {
      const limit = this.asked.items[index]!;
      const charge = this.charges[limit]!;
      asked[limit]!++;
      if (charge.wait > 0) over[limit]!++;
      if (this.usedOf(charge) >= NEAR) near[limit]!++;
    }
  }

  /** The share of a limit that is used, after the charge or without it. */
  private usedOf(charge: Charge): number {
    if (charge.amount !== AmountKind.gcra) return (this.charged ? charge.usedAfter : charge.usedBefore) / charge.most;
    const fullAt = this.charged ? charge.afterWhole : charge.beforeWhole;
    return (fullAt - this.now) / charge.rate.burstWhole;
  }

  toDecision(): Decision {
    const { matched, asked, policy } = this;
    const names: string[] = [];
    const labels: string[] = [];
    for (let index = 0; index < matched.count; index++) {
      const { name, action } = policy.rules[matched.items[index]!]!;
      names.push(name);
      if (action.kind === "note") labels.push(action.label);
    }
    const limits: LimitReading[] = [];
    for (let index = 0; index < asked.count; index++) limits.push(this.limitReading(asked.items[index]!));
    return {
      verdict: VERDICTS[this.verdict]!,
      status: this.status,
      by: this.by,
      reason: this.reason,
      delay: this.delayMicros / MICROS,
      retryAfter: this.retryAfterMicros / MICROS,
      matched: names,
      shadow: this.shadowNames(),
      scores: this.scoreValues(),
      labels,
      overlays: this.overlays?.ids() ?? [],
      limits,
    };
  }

  private scoreValues(): Decision["scores"] {
    const values: { [name: string]: number } = {};
    if (!this.judged) return values;
    this.scorer.settleScores();
    const { scores } = this.policy;
    for (let index = 0; index < scores.length; index++) values[scores[index]!.name] = this.scores[index]!;
    return values;
  }

  private shadowNames(): string[] {
    const { shadow } = this;
    const names: string[] = [];
    if (shadow.count === 0) return names;
    shadow.sort();
    for (let index = 0; index < shadow.count; index++) names.push(this.nameAt(shadow.items[index]!));
    return names;
  }

  /** The rule or limit at a place in the order of declaration. */
  private nameAt(place: number): string {
    const { order, rules, limits } = this.policy;
    const { kind, index } = order[place]!;
    return (kind === "rule" ? rules : limits)[index]!.name;
  }

  private limitReading(limit: number): LimitReading {
    const charge = this.charges[limit]!;
    if (charge.amount !== AmountKind.gcra) return this.countedReading(limit, charge);
    const { rate, afterWhole, afterPart, beforeWhole, beforePart } = charge;
    const whole = (this.charged ? afterWhole : beforeWhole) - this.now;
    const part = this.charged ? afterPart : beforePart;
    const reading = {
      name: this.policy.limits[limit]!.name,
      remaining: unitsLeft(rate, whole, part),
      resetAfter: (whole + (part > 0 ? 1 : 0)) / MICROS,
    };
    return charge.sketched ? { ...reading, sketched: true } : reading;
  }

  /** The reading of a limit that has an amount of whole units. */
  private countedReading(limit: number, charge: Charge): LimitReading {
    const used = this.charged ? charge.usedAfter : charge.usedBefore;
    const reading = {
      name: this.policy.limits[limit]!.name,
      remaining: Math.max(0, charge.most - used),
      resetAfter: (this.charged ? charge.resetAfter : charge.resetBefore) / MICROS,
    };
    return charge.sketched ? { ...reading, sketched: true } : reading;
  }
}
