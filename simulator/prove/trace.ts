/** Traces: requests with waits between them, as steps of a `test` say them. */
import type { TestAnswer } from "../../dsl/index.ts";
import type { Request } from "../../engine/index.ts";

/** The name by which repetitions are counted in texts: `{n}`. */
export const COUNTER = "n";

/** How long a step waits after the last request before it. */
export type Gap =
  | { readonly kind: "span"; readonly micros: number }
  /** As long as the answer before it said, to the next whole millisecond, and this much more or less. */
  | { readonly kind: "retry"; readonly plusMicros: number };

/** A request, once or repeated at one pace; `{n}` in its texts is the number of the repetition. */
export interface TraceStep {
  readonly gap: Gap;
  readonly times: number;
  readonly everyMicros: number;
  readonly request: Request;
  /** What the service answers where the request is let through. */
  readonly respond: TestAnswer | null;
}

export interface Trace {
  /** When it begins, microseconds since the Unix epoch. */
  readonly clockMicros: number;
  readonly steps: readonly TraceStep[];
}

/** A wait of that many microseconds. */
export function span(micros: number): Gap {
  return { kind: "span", micros };
}

/** How many requests a trace makes. */
export function requestsOf({ steps }: Trace): number {
  return steps.reduce((sum, { times }) => sum + times, 0);
}
