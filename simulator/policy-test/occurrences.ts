/** The steps of a test as they happen: in the order of their times, at one time in that of the file, repetitions one by one. */
import type { PolicyTest, TestReloadStep, TestRequestStep } from "../../dsl/index.ts";

/** A step that happens. */
export interface Occurrence<Step = TestRequestStep | TestReloadStep> {
  readonly step: Step;
  /** From the start of the test. */
  readonly atMicros: number;
  /** Which repetition, from 1; 1 for a step that does not repeat. */
  readonly repetition: number;
}

/** Makes occurrences as they are asked for: a step may repeat a million times. */
export function* occurrencesOf({ steps }: PolicyTest): Generator<Occurrence> {
  let waiting: readonly Occurrence[] = steps.map((step) => ({ step, atMicros: step.atMicros, repetition: 1 }));
  while (waiting.length > 0) {
    const next = waiting.reduce((first, each) => (each.atMicros < first.atMicros ? each : first));
    yield next;
    waiting = waiting.flatMap((each) => (each === next ? (following(next) ?? []) : each));
  }
}

function following({ step, repetition }: Occurrence): Occurrence | null {
  if (step.kind === "reload" || step.repeat === null || repetition >= step.repeat.times) return null;
  return { step, atMicros: step.atMicros + repetition * step.repeat.everyMicros, repetition: repetition + 1 };
}
