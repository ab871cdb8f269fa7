/** How others look on while the reference decides: what `explain` is made of. */
import type { LimitReading } from "../decision.ts";
import type { Signal } from "../policy.ts";
import type { Scope } from "./expressions.ts";
import type { Judgement } from "./judge.ts";
import type { Asked } from "./limits.ts";
import type { Moment } from "./signals.ts";

/** Is told of every step as it is taken, in the state of that moment, and changes nothing. */
export interface Witness {
  /** The signals of a moment are about to be recorded; `scope` is what they read. */
  recording(moment: Moment, scope: Scope): void;
  /** The request was an event of a signal, or taught it. */
  recorded(signal: Signal): void;
  /** Everything that asks for a verdict is known and nothing is charged yet: state is as rules read it. */
  considered(judgement: Judgement): void;
  /** The limits that were asked, and what each says of itself after the charge, or without it. */
  charged(asked: readonly Asked[], readings: readonly LimitReading[]): void;
  /** The request ends before the rules. */
  ended(reason: string, scope: Scope): void;
}
