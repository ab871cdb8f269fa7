/** A trace as a `test` block in canonical format, in which the decisions that matter are expected as they came. */
import type { Decision, Request } from "../../engine/index.ts";
import { requestOf } from "../policy-test/fill.ts";
import { type BlockStep, testBlockText } from "../test-block-text.ts";
import { hasCounter, type TraceEvent, type TraceRun } from "./run-trace.ts";
import { COUNTER, type TraceStep } from "./trace.ts";

/** How a test is written down. */
export interface TestTextOptions {
  readonly name: string;
  /** Lines before the test, without `//`. */
  readonly comments: readonly string[];
  /** Index of the event that refutes; what comes after it is left out. */
  readonly refuting: number;
}

/**
 * The test. Times are whole milliseconds in it, as they are in traces.
 *
 * @throws If the text does not parse, which is a fault of this module.
 */
export function testText({ trace, events }: TraceRun, { name, comments, refuting }: TestTextOptions): string {
  const { clockMicros } = trace;
  return testBlockText({ name, comments, clockMicros, steps: stepsOf(trace.steps, events, refuting, clockMicros) });
}

function stepsOf(
  steps: readonly TraceStep[],
  events: readonly TraceEvent[],
  refuting: number,
  clock: number,
): readonly BlockStep[] {
  const last = events[refuting];
  if (last === undefined) return [];
  return steps.slice(0, last.step + 1).flatMap((step, index) => {
    const [first] = events.filter((event) => event.step === index);
    if (first === undefined) return [];
    if (index < last.step) return [blockStep(step, step.times, first.atMicros - clock, step.request, null)];
    const before = last.repetition - 1;
    const request = requestOf(asTestStep(step), last.repetition);
    const head = before === 0 ? [] : [blockStep(step, before, first.atMicros - clock, step.request, null)];
    const refuted = { ...step, respond: null };
    return [...head, blockStep(refuted, 1, last.atMicros - clock, request, last.explanation.decision)];
  });
}

function asTestStep({ request, times, everyMicros }: TraceStep): Parameters<typeof requestOf>[0] {
  const as = hasCounter(request) ? COUNTER : null;
  const rest = { atMicros: 0, pass: null, respond: null, expect: null, span: { file: 0, start: 0, end: 0 } };
  return { kind: "request", request, repeat: { times, everyMicros, as }, ...rest };
}

function blockStep(
  step: TraceStep,
  times: number,
  atMicros: number,
  sent: Request,
  expected: Decision | null,
): BlockStep {
  const { everyMicros, respond } = step;
  const as = hasCounter(sent) ? COUNTER : null;
  return {
    atMicros,
    repeat: times === 1 ? null : { times, everyMicros, as },
    request: times === 1 && expected === null ? requestOf(asTestStep(step), 1) : sent,
    respond,
    expect: expected === null ? null : { verdict: expected.verdict, by: expected.by },
  };
}
