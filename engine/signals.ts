/** The signals of a program on their state: an event is recorded, a value read, by the key of the request at hand. */
import type { KeyPart } from "./contract.ts";
import { holds } from "./evaluate.ts";
import type { Hasher } from "./hasher.ts";
import type { Program } from "./program.ts";
import { CountTable } from "./state/counts.ts";
import type { SignalTable, StateStore } from "./state/store.ts";

export class Signals {
  private readonly program: Program;
  private readonly hasher: Hasher;
  private tables: (SignalTable | null)[] = [];

  constructor(program: Program, hasher: Hasher) {
    this.program = program;
    this.hasher = hasher;
  }

  /** Looks up the state of every signal; again after each reload. */
  link(store: StateStore): void {
    this.tables = this.program.policy.signals.map((signal) => store.signal(signal));
  }

  /** Records the request as an event of each of `signals` that it is one of. */
  recordThatHold(signals: Int32Array): void {
    const { context } = this.hasher;
    for (let index = 0; index < signals.length; index++) {
      const signal = signals[index]!;
      if (holds(context, this.program.signals[signal]!.condition)) this.record(signal);
    }
  }

  /** Records the request as an event, if it has the key and the value. */
  record(signal: number): void {
    const { hasher } = this;
    const { context: c, out } = hasher;
    const table = this.tables[signal]!;
    const { key, value } = this.program.signals[signal]!;
    if (table === null || !hasher.key(key)) return;
    if (table instanceof CountTable) table.record(c.keyLo[key]!, c.keyHi[key]!, c.now);
    else if (hasher.slot(value)) table.record(c.keyLo[key]!, c.keyHi[key]!, out.lo, out.hi, c.now);
  }

  /** The value for the request's key; 0 where it has none. */
  read(signal: number): number {
    const { context: c } = this.hasher;
    const { key } = this.program.signals[signal]!;
    const table = this.tables[signal]!;
    if (table === null || !this.hasher.key(key)) return 0;
    return table.read(c.keyLo[key]!, c.keyHi[key]!, c.now);
  }

  /** The value for a key given by its values. */
  readFor(signal: number, keys: readonly KeyPart[], now: number): number {
    const { out } = this.hasher;
    const table = this.tables[signal] ?? null;
    if (table === null || !this.hasher.parts(this.program.signals[signal]!.key, keys)) return 0;
    return table.read(out.lo, out.hi, now);
  }
}
