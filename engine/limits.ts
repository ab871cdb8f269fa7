/** Step 6: the limits that apply are asked together; all of them charge the request, or none does. */
import type { KeyPart, LimitState } from "./contract.ts";
import { Numbers, type Record, Verdict } from "./decision-record.ts";
import { isPresent } from "./facts/read-slot.ts";
import type { Hasher } from "./hasher.ts";
import { type Program, Rollout } from "./program.ts";
import type { Rollouts } from "./rollouts.ts";
import type { Charge, ExactRate, GcraTable } from "./state/gcra.ts";
import type { StateStore } from "./state/store.ts";

export class Limits {
  /** Limits whose routes and condition fit the request, in order of declaration. */
  readonly asking: Numbers;
  /** Of each limit: the epoch of the latest request that is exempted from it. */
  readonly exempted: Int32Array;
  private readonly program: Program;
  private readonly hasher: Hasher;
  private readonly rollouts: Rollouts;
  private readonly record: Record;
  private readonly charges: readonly Charge[];
  private tables: (GcraTable | null)[] = [];
  private shadowTables: (GcraTable | null)[] = [];

  constructor(program: Program, hasher: Hasher, rollouts: Rollouts, record: Record) {
    const { limits } = program.policy;
    this.asking = new Numbers(limits.length);
    this.exempted = new Int32Array(limits.length);
    this.program = program;
    this.hasher = hasher;
    this.rollouts = rollouts;
    this.record = record;
    this.charges = record.charges;
  }

  /** Looks up the state of every limit; again after each reload. */
  link(store: StateStore): void {
    const { limits } = this.program.policy;
    this.tables = limits.map((limit) => store.limit(limit, false));
    this.shadowTables = limits.map((limit) => store.limit(limit, true));
  }

  /** Asks the enforced limits that apply; if all admit, all are charged. */
  askEnforced(): void {
    const { asking, record, charges } = this;
    let refused = false;
    for (let index = 0; index < asking.count; index++) {
      const limit = asking.items[index]!;
      if (!this.ask(limit, Rollout.on, this.tables[limit]!)) continue;
      record.asked.push(limit);
      if (!this.admits(limit)) refused = true;
    }
    for (let index = 0; index < record.asked.count; index++) this.addAnswer(record.asked.items[index]!);
    record.charged = !refused;
    if (refused) return;
    for (let index = 0; index < record.asked.count; index++) {
      const limit = record.asked.items[index]!;
      this.tables[limit]!.charge(charges[limit]!, this.hasher.context.now);
    }
  }

  /** Shadow limits are charged by the requests that really pass, each for itself. */
  askShadow(): void {
    const { asking, charges } = this;
    for (let index = 0; index < asking.count; index++) {
      const limit = asking.items[index]!;
      const table = this.shadowTables[limit]!;
      if (!this.ask(limit, Rollout.shadow, table)) continue;
      if (this.admits(limit)) table!.charge(charges[limit]!, this.hasher.context.now);
      else this.record.listShadow(this.program.limits[limit]!.place);
    }
  }

  /** Asks a limit if it is in `mode` for this request, has its key and is not exempted; its charge then holds the answer. */
  private ask(limit: number, mode: number, table: GcraTable | null): boolean {
    const { hasher } = this;
    const { context: c } = hasher;
    const { key, rollout, rate, cost } = this.program.limits[limit]!;
    if (table === null || this.exempted[limit] === c.epoch || this.rollouts.modeOf(rollout) !== mode) return false;
    if (!hasher.key(key) || !isPresent(c, rate)) return false;
    const units = cost < 0 || !isPresent(c, cost) ? 1 : Math.max(1, Math.ceil(c.numbers[cost]!));
    table.ask(c.keyLo[key]!, c.keyHi[key]!, c.rates[rate] as ExactRate, units, c.now, this.charges[limit]!);
    return true;
  }

  private admits(limit: number): boolean {
    const { wait, cost, rate } = this.charges[limit]!;
    if (wait <= 0) return true;
    const { otherwise } = this.program.policy.limits[limit]!;
    return otherwise.kind === "slow" && cost <= rate.burst && wait <= otherwise.upToMicros;
  }

  /** Adds a limit's delay or refusal, if it does not admit at once. */
  private addAnswer(limit: number): void {
    const { record } = this;
    const { wait } = this.charges[limit]!;
    if (wait <= 0) return;
    const { place } = this.program.limits[limit]!;
    const { otherwise } = this.program.policy.limits[limit]!;
    if (this.admits(limit)) record.addLimit(Verdict.slow, wait, limit, place);
    else if (otherwise.kind === "block") record.add(Verdict.block, otherwise.status, wait, -1, limit, place);
    else if (otherwise.kind === "challenge" && !this.hasher.context.request.passes.includes(otherwise.challenge)) {
      record.addLimit(Verdict.challenge, 0, limit, place);
    } else record.addLimit(Verdict.throttle, wait, limit, place);
  }

  /** State of an enforced limit for a key given by its values. */
  stateFor(limit: number, keys: readonly KeyPart[], now: number): LimitState {
    const { hasher } = this;
    const table = this.tables[limit] ?? null;
    if (table === null || !hasher.parts(this.program.limits[limit]!.key, keys)) {
      return { fullInMicros: 0, numerator: 0, denominator: 1 };
    }
    return table.state(hasher.out.lo, hasher.out.hi, now);
  }
}
