/** Steps 2 and 8: the bans of a program's rules on their state, by the key of the request at hand. */
import type { KeyPart } from "./contract.ts";
import { type Numbers, type Record } from "./decision-record.ts";
import type { Exemptions } from "./exemptions.ts";
import { holds } from "./evaluate.ts";
import type { Hasher } from "./hasher.ts";
import { type Program, Rollout } from "./program.ts";
import type { Rollouts } from "./rollouts.ts";
import type { BanEntry } from "./state/bans.ts";
import type { StateStore } from "./state/store.ts";

export class RuleBans {
  private readonly exemptions: Exemptions;
  private readonly program: Program;
  private readonly store: StateStore;
  private readonly hasher: Hasher;
  private readonly rollouts: Rollouts;
  private readonly record: Record;
  /** Rule of each owner of bans, and whether its bans are in shadow; -1 for owners of other programs. */
  private ownerRules: Int32Array = new Int32Array(0);
  private ownerShadow: Uint8Array = new Uint8Array(0);
  private owners: Int32Array = new Int32Array(0);
  private shadowOwners: Int32Array = new Int32Array(0);
  private liveOwners: Int32Array = new Int32Array(0);
  private untils: Float64Array = new Float64Array(0);

  /** Whether any rule bans; else nobody needs to ask for bans or set them. */
  readonly any: boolean;
  /** Key definition of each rule's ban, or -1. */
  private readonly banKeys: Int32Array;

  constructor(
    program: Program,
    store: StateStore,
    hasher: Hasher,
    rollouts: Rollouts,
    record: Record,
    exemptions: Exemptions,
  ) {
    this.exemptions = exemptions;
    this.any = program.banKeys.length > 0;
    this.banKeys = Int32Array.from(program.rules, ({ banKey }) => banKey);
    this.program = program;
    this.store = store;
    this.hasher = hasher;
    this.rollouts = rollouts;
    this.record = record;
  }

  /** Looks up the owners of the rules' bans; again after each reload. */
  link(): void {
    const { store } = this;
    const { rules } = this.program.policy;
    this.owners = Int32Array.from(rules, (rule) => store.owner(rule, false));
    this.shadowOwners = Int32Array.from(rules, (rule) => store.owner(rule, true));
    const most = Math.max(-1, ...this.owners, ...this.shadowOwners) + 1;
    this.ownerRules = new Int32Array(most).fill(-1);
    this.ownerShadow = new Uint8Array(most);
    for (const [rule, owner] of this.owners.entries()) if (owner >= 0) this.ownerRules[owner] = rule;
    for (const [rule, owner] of this.shadowOwners.entries()) {
      if (owner < 0) continue;
      this.ownerRules[owner] = rule;
      this.ownerShadow[owner] = 1;
    }
    this.liveOwners = new Int32Array(most);
    this.untils = new Float64Array(most);
  }

  /** Adds a block for each live ban. It waits for step 5, because a matching rule can exempt from it. */
  addLive(): void {
    const { hasher } = this;
    const { context: c } = hasher;
    const { banKeys } = this.program;
    const { bans } = this.store;
    if (bans.count === 0) return;
    for (let index = 0; index < banKeys.length; index++) {
      const key = banKeys[index]!;
      if (!hasher.key(key)) continue;
      const live = bans.collect(c.keyLo[key]!, c.keyHi[key]!, c.now, this.liveOwners, this.untils, 0);
      for (let at = 0; at < live; at++) this.add(key, at);
    }
  }

  /** Adds the live ban that was collected at `at`. Its time is read where it is needed: handed on, it would be an object of its own. */
  private add(key: number, at: number): void {
    const owner = this.liveOwners[at]!;
    const rule = this.ownerRules[owner] ?? -1;
    if (rule < 0 || this.exemptions.hasRule(rule)) return;
    const { banKey, banOn, rollout, place } = this.program.rules[rule]!;
    const shadow = this.ownerShadow[owner] === 1;
    if (banKey !== key || this.rollouts.modeOf(rollout) !== (shadow ? Rollout.shadow : Rollout.on)) return;
    const { context: c } = this.hasher;
    if (!holds(c, banOn)) return;
    if (shadow) return this.record.listShadow(place);
    const { action } = this.program.policy.rules[rule]!;
    this.record.addBlock(action.kind === "block" ? action.status : 0, this.untils[at]! - c.now, rule, place);
  }

  /** Microseconds that the ban which an enforced rule's match sets will run; 0 where it bans nobody. */
  lengthOf(rule: number): number {
    const { context: c } = this.hasher;
    const key = this.banKeys[rule]!;
    if (key < 0 || !this.hasher.key(key)) return 0;
    return this.store.bans.lengthOf(c.keyLo[key]!, c.keyHi[key]!, this.owners[rule]!, c.now);
  }

  /** Every match sets its ban, also one that did not decide. */
  set(matching: Numbers): void {
    const { context: c } = this.hasher;
    for (let index = 0; index < matching.count; index++) {
      const rule = matching.items[index]!;
      const banKey = this.banKeys[rule]!;
      if (banKey < 0 || this.exemptions.hasRule(rule)) continue;
      const { rollout } = this.program.rules[rule]!;
      const mode = this.rollouts.modeOf(rollout);
      if (mode === Rollout.off || !this.hasher.key(banKey)) continue;
      const owner = mode === Rollout.on ? this.owners[rule]! : this.shadowOwners[rule]!;
      this.store.bans.set(c.keyLo[banKey]!, c.keyHi[banKey]!, owner, c.now);
    }
  }

  /** Ends an enforced rule's live ban of a key given by its values; null where there is none. */
  lift(index: number, keys: readonly KeyPart[], now: number): BanEntry | null {
    if (this.remainingFor(index, keys, now) === 0) return null;
    const { lo, hi } = this.hasher.out;
    const owner = this.owners[index]!;
    this.store.bans.end(lo, hi, owner);
    return { owner: this.store.ownerId(owner), lo, hi, untilMicros: 0, lengthMicros: 0 };
  }

  /** Time left of an enforced rule's ban of a key given by its values. */
  remainingFor(index: number, keys: readonly KeyPart[], now: number): number {
    const { hasher } = this;
    const owner = this.owners[index] ?? -1;
    if (owner < 0 || !hasher.parts(this.banKeys[index]!, keys)) return 0;
    return this.store.bans.remaining(hasher.out.lo, hasher.out.hi, owner, now);
  }
}
