/** How others look on while the reference decides: what `explain` is made of. */
import type { LimitReading } from "../decision.ts";
import type { Signal, SignalPhase } from "../policy.ts";
import type { Scope } from "./expressions.ts";
import type { Asked } from "./limits.ts";
import type { Judged } from "./rollout.ts";
import type { Addition } from "./verdict.ts";

/** Is told of every step as it is taken, in the state of that moment, and changes nothing. */
export interface Witness {
  /** The signals of a phase are about to be recorded; `scope` is what they read. */
  recording(phase: SignalPhase, scope: Scope): void;
  recorded(signal: Signal): void;
  /** Rules are judged and no limit is asked yet: state is as rules read it. `banOf` is what is left of a rule's ban. */
  judged(rules: readonly Judged[], banOf: (judged: Judged) => number, scope: Scope): void;
  /** Limits were asked, and charged if all of them admit; what each says of itself since then. */
  asked(asked: readonly Asked[], readings: readonly LimitReading[]): void;
  /** Everything that asked for a verdict is known; `bans` are those of it that are live bans. */
  weighed(additions: readonly Addition[], bans: readonly Addition[]): void;
  /** The request ends before the rules. */
  ended(reason: string, scope: Scope): void;
}
