/**
 * Step 5: the rules that match, and what those that take effect ask for. What of a rule never changes stands in columns, because
 * each request asks a few things of a few rules.
 */
import { type Numbers, type Record, Verdict } from "./decision-record.ts";
import type { Exemptions } from "./exemptions.ts";
import type { Context } from "./facts/context.ts";
import { Phase } from "./layout.ts";
import type { Matches } from "./matches.ts";
import { type Action, BARE_THROTTLE_MICROS } from "./policy.ts";
import { Rollout } from "./program.ts";
import { isAlwaysOn, type Rollouts } from "./rollouts.ts";
import type { RuleBans } from "./rule-bans.ts";

/** What an action adds that is no verdict. */
const NOTHING = -1;

export class Rules {
  /** Those that match, whether or not they take effect. */
  readonly matching: Numbers;
  private readonly context: Context;
  private readonly matches: Matches;
  private readonly record: Record;
  private readonly rollouts: Rollouts;
  private readonly exemptions: Exemptions;
  private readonly bans: RuleBans;
  /** Of each rule: what it adds, or `NOTHING`; for how long, unless by a ban; the status of a block. */
  private readonly verdicts: Int8Array;
  private readonly micros: Float64Array;
  private readonly statuses: Int32Array;
  private readonly places: Int32Array;
  /** Whether a rule is on for every request, unless an overlay says otherwise. */
  private readonly alwaysOn: Uint8Array;
  private readonly exempts: Uint8Array;
  private readonly anyExempts: boolean;
  /** Key definition of each rule's ban, or -1. */
  private readonly banKeys: Int32Array;
  /** Whether one of those that match bans. */
  banning = false;

  constructor(
    context: Context,
    matches: Matches,
    record: Record,
    rollouts: Rollouts,
    exemptions: Exemptions,
    bans: RuleBans,
  ) {
    const { policy, rules } = context.program;
    const actions = policy.rules.map(({ action }) => action);
    this.context = context;
    this.matches = matches;
    this.matching = matches.lists[Phase.rule]!;
    this.record = record;
    this.rollouts = rollouts;
    this.exemptions = exemptions;
    this.bans = bans;
    this.verdicts = Int8Array.from(actions, verdictOf);
    this.micros = Float64Array.from(actions, microsOf);
    this.statuses = Int32Array.from(actions, (action) => (action.kind === "block" ? action.status : 0));
    this.places = Int32Array.from(rules, ({ place }) => place);
    this.alwaysOn = Uint8Array.from(rules, ({ rollout }) => (isAlwaysOn(rollout) ? 1 : 0));
    this.exempts = Uint8Array.from(actions, ({ kind }) => (kind === "exempt" ? 1 : 0));
    this.anyExempts = this.exempts.includes(1);
    this.banKeys = Int32Array.from(rules, ({ banKey }) => banKey);
  }

  /** Finds the rules that match, and notes what those of them that exempt exempt from. */
  match(): void {
    const matching = this.matches.collect(Phase.rule);
    if (!this.anyExempts) return;
    for (let at = 0; at < matching.count; at++) {
      const rule = matching.items[at]!;
      if (this.exempts[rule] === 1) this.exempt(rule);
    }
  }

  private exempt(rule: number): void {
    const { exemptions } = this;
    const { action } = this.context.program.policy.rules[rule]!;
    if (action.kind !== "exempt" || exemptions.hasRule(rule) || this.modeOf(rule) !== Rollout.on) return;
    for (let at = 0; at < action.rules.length; at++) exemptions.exemptFromRule(action.rules[at]!);
    for (let at = 0; at < action.limits.length; at++) exemptions.exemptFromLimit(action.limits[at]!);
  }

  private modeOf(rule: number): number {
    const { rollouts } = this;
    if (this.alwaysOn[rule] === 1 && rollouts.forced === null) return Rollout.on;
    return rollouts.modeOf(this.context.program.rules[rule]!.rollout);
  }

  /** Adds what the rules that take effect ask for; tells whether one of them allows. */
  add(): boolean {
    const { matching, record, exemptions } = this;
    let allowed = false;
    this.banning = false;
    for (let at = 0; at < matching.count; at++) {
      const rule = matching.items[at]!;
      if (this.banKeys[rule]! >= 0) this.banning = true;
      if (exemptions.hasRule(rule)) continue;
      const mode = this.modeOf(rule);
      if (mode === Rollout.shadow) record.listShadow(this.places[rule]!);
      if (mode !== Rollout.on) continue;
      record.matched.push(rule);
      const verdict = this.verdicts[rule]!;
      if (verdict === Verdict.allow) allowed = true;
      else if (verdict !== NOTHING) this.addVerdict(rule, verdict);
    }
    return allowed;
  }

  private addVerdict(rule: number, verdict: number): void {
    const { record } = this;
    if (verdict === Verdict.challenge && this.isPassed(rule)) return;
    if (verdict === Verdict.block)
      record.addBlock(this.statuses[rule]!, this.bans.lengthOf(rule), rule, this.places[rule]!);
    else record.addRule(verdict, this.micros[rule]!, rule, this.places[rule]!);
  }

  /** Whether the request carries a pass for what a rule would challenge it with. */
  private isPassed(rule: number): boolean {
    const { action } = this.context.program.policy.rules[rule]!;
    return action.kind === "challenge" && this.context.request.passes.includes(action.challenge);
  }
}

function verdictOf({ kind }: Action): number {
  return kind === "exempt" || kind === "note" ? NOTHING : Verdict[kind];
}

/** Delay of a slow, time to retry of the others. */
function microsOf(action: Action): number {
  switch (action.kind) {
    case "slow":
      return action.micros;
    case "throttle":
      return action.retryAfterMicros ?? BARE_THROTTLE_MICROS;
    default:
      return 0;
  }
}
