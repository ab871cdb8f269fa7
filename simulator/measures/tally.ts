/** What is counted while a run goes on: for each actor, each origin and each rule. Reports are made from these afterwards. */
import { type DecisionRecord, type Policy, type Rule, VERDICTS } from "../../engine/index.ts";
import { Containment } from "./containment.ts";

/** Intervals that a run's timeline is cut into. */
export const TIMELINE_BINS = 60;

const SLOW = 1;
/** Verdicts of this rank and above refuse the request. */
export const FIRST_REFUSAL = 2;

/** Counts of one actor: a client, or an attack. */
export class ActorTally {
  requests = 0;
  readonly verdicts: Int32Array = new Int32Array(VERDICTS.length);
  /** Requests that were given up after a refusal. */
  lost = 0;
  succeeded = 0;
  firstRequestAt = -1;
  lastRequestAt = -1;
  firstRefusalAt = -1;
  /** Requests admitted before the first refusal; all that were admitted where there is none. */
  overshoot = 0;
  firstRefusalBy = "";
  readonly #refusedBy: Map<string, number> = new Map();
  /** What refused last, and its refusals that are not in the map yet: most follow others of the same. */
  #by = "";
  #byCount = 0;

  get refused(): number {
    return (this.verdicts[2] ?? 0) + (this.verdicts[3] ?? 0) + (this.verdicts[4] ?? 0);
  }

  /** Refusals by what decided them. */
  get refusedBy(): ReadonlyMap<string, number> {
    this.#settle();
    return this.#refusedBy;
  }

  get admitted(): number {
    return this.requests - this.refused;
  }

  /** Counts one decided request. */
  add(record: DecisionRecord, at: number): void {
    if (this.requests++ === 0) this.firstRequestAt = at;
    this.lastRequestAt = at;
    const verdict = record.verdict;
    this.verdicts[verdict]!++;
    if (verdict >= FIRST_REFUSAL) this.#refuse(record, at);
    else if (this.firstRefusalAt < 0) this.overshoot++;
  }

  #refuse(record: DecisionRecord, at: number): void {
    const by = record.by ?? record.reason;
    if (this.firstRefusalAt < 0) {
      this.firstRefusalAt = at;
      this.firstRefusalBy = by;
    }
    if (by !== this.#by) {
      this.#settle();
      this.#by = by;
    }
    this.#byCount++;
  }

  #settle(): void {
    if (this.#byCount > 0) this.#refusedBy.set(this.#by, (this.#refusedBy.get(this.#by) ?? 0) + this.#byCount);
    this.#byCount = 0;
  }
}

/** Counts of one population or attack over all its actors. */
export class OriginTally {
  /** Requests in each interval, by rank of the verdict. */
  readonly timeline: readonly Int32Array[] = VERDICTS.map(() => new Int32Array(TIMELINE_BINS));
  readonly containment: Containment = new Containment();
  /** Delays of let-through requests that were held, in microseconds; the others had none. */
  readonly delays: number[] = [];
  readonly #binMicros: number;

  constructor(runMicros: number) {
    this.#binMicros = runMicros / TIMELINE_BINS;
  }

  add(record: DecisionRecord, at: number): void {
    const admitted = record.verdict < FIRST_REFUSAL;
    const bin = Math.min(TIMELINE_BINS - 1, Math.floor(at / this.#binMicros));
    this.timeline[record.verdict]![bin]!++;
    if (record.verdict === SLOW) this.delays.push(record.delayMicros);
    this.containment.add(at, admitted);
  }
}

/** How often one rule, limit or built-in check took part in refusing or slowing requests. */
export interface RuleCount {
  /** Decisions that it decided, or took part in and lost to a stricter or earlier one. */
  fired: number;
  decided: number;
  /**
   * Decisions that it decided where no other restricting rule matched and the policy's default would have let the request pass. Bans of others
   * that were live too are not seen, nor is what limits would have said, which are not asked of what a rule refuses.
   */
  alone: number;
  /** Refusals of populations and of attacks that it decided. */
  refusedPopulations: number;
  refusedAttacks: number;
  /** Requests of populations and of attacks that it would have restricted, had it not been in shadow. */
  shadowPopulations: number;
  shadowAttacks: number;
}

/** Whether a rule can slow or refuse a request. */
export function restricts(rule: Rule): boolean {
  return !["allow", "exempt", "note"].includes(rule.action.kind);
}

/** The counts of what never took part. */
export const NO_COUNTS: Readonly<RuleCount> = Object.freeze({
  fired: 0,
  decided: 0,
  alone: 0,
  refusedPopulations: 0,
  refusedAttacks: 0,
  shadowPopulations: 0,
  shadowAttacks: 0,
});

/** Counts by rule. */
export class RuleTally {
  readonly counts: Map<string, RuleCount> = new Map();
  readonly #restricting: ReadonlySet<string>;
  readonly #rules: ReadonlySet<string>;
  /** Rules that grant what the default blocks; null where it allows. */
  readonly #granting: ReadonlySet<string> | null;
  /** The name asked for last, and its counts. */
  #name: string | null = null;
  #count: RuleCount = { ...NO_COUNTS };

  constructor(policy: Policy) {
    const { rules, settings } = policy;
    this.#restricting = new Set(rules.filter(restricts).map((rule) => rule.name));
    this.#rules = new Set(rules.map((rule) => rule.name));
    const granting = rules.filter((rule) => rule.action.kind === "allow").map((rule) => rule.name);
    this.#granting = settings.default === "allow" ? null : new Set(granting);
  }

  /** Counts one decision. */
  add(record: DecisionRecord, ofAttack: boolean): void {
    if (record.verdict > 0) this.#addRestricted(record, ofAttack);
    if (record.shadows > 0) this.#addShadows(record, ofAttack);
  }

  #addRestricted(record: DecisionRecord, ofAttack: boolean): void {
    const by = record.by ?? record.reason;
    const count = this.#countOf(by);
    count.fired++;
    count.decided++;
    let alone = true;
    // A limit is asked, and a built-in check counts, whatever the default.
    let granted = this.#granting === null || !this.#rules.has(by);
    for (let index = 0; index < record.matches; index++) {
      const name = record.matchOf(index);
      if (!granted && this.#granting?.has(name) === true) granted = true;
      if (name === by || !this.#restricting.has(name)) continue;
      alone = false;
      this.#countOf(name).fired++;
    }
    if (alone && granted) count.alone++;
    if (record.verdict < FIRST_REFUSAL) return;
    if (ofAttack) count.refusedAttacks++;
    else count.refusedPopulations++;
  }

  #addShadows(record: DecisionRecord, ofAttack: boolean): void {
    for (let index = 0; index < record.shadows; index++) {
      const count = this.#countOf(record.shadowOf(index));
      if (ofAttack) count.shadowAttacks++;
      else count.shadowPopulations++;
    }
  }

  #countOf(name: string): RuleCount {
    if (name === this.#name) return this.#count;
    let count = this.counts.get(name);
    if (count === undefined) {
      count = { ...NO_COUNTS };
      this.counts.set(name, count);
    }
    this.#name = name;
    this.#count = count;
    return count;
  }
}
