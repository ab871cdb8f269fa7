/** What signals measure, for hover and completion: the value, the algorithm and its bound. */

/** One aggregate of the language. */
export interface AggregateText {
  /** As it is written, with its argument. */
  readonly form: string;
  readonly value: string;
  readonly about: string;
  /** How it is computed, and how far it can be off. */
  readonly bound: string;
}

const SUB_WINDOWS =
  "A sliding window in sixteen sub-windows: it never forgets early, and at most a sixteenth of the window late.";

/** By name. */
export const AGGREGATE_TEXTS: Readonly<Record<string, AggregateText>> = {
  count: { form: "count", value: "int", about: "How many events.", bound: SUB_WINDOWS },
  sum: {
    form: "sum(x)",
    value: "the type of x",
    about: "The sum of `x` over the events that have it.",
    bound: `${SUB_WINDOWS} It saturates at ±(2^53 − 1).`,
  },
  max: {
    form: "max(x)",
    value: "the type of x",
    about: "The largest `x` of the events that have it; 0 if none has.",
    bound: SUB_WINDOWS,
  },
  distinct: {
    form: "distinct(x)",
    value: "int",
    about: "How many different values of `x`.",
    bound:
      "Exact up to 16 values, then HyperLogLog with rotating sub-windows: a relative error of at most 10 % (rms) against the true count over some span between the window and 17/16 of it. Exact again when it has emptied.",
  },
  share: {
    form: "share(CONDITION)",
    value: "percent",
    about: "The share of the events for which the condition holds.",
    bound: `Two counts; 0% while there are fewer than 8 events. ${SUB_WINDOWS}`,
  },
  steps: {
    form: "steps(x)",
    value: "percent",
    about:
      "The share of the events whose whole number `x` is within 1 of the same key's previous: walking through ids.",
    bound: `0% while there are fewer than 8 events. ${SUB_WINDOWS}`,
  },
  deviation: {
    form: "deviation",
    value: "number",
    about: "How far the rate now lies from the key's own baseline, in baseline deviations.",
    bound:
      "An exponentially weighted mean and variance over `against`, winsorised and taught by served events alone, so that an attacker cannot teach it quickly. 0 until a quarter of `against` was seen.",
  },
  interval: {
    form: "interval[(N)]",
    value: "duration",
    about: "The median gap between the latest N events, 33 without it.",
    bound: "Exact, of the events in the window; the window's length if there are no two.",
  },
  novel: {
    form: "novel(x)",
    value: "bool",
    about: "Whether `x` is in no earlier served event of this key.",
    bound:
      "Exact for the 32 latest values of a key; older ones are forgotten first, so it errs towards new. False while the key is younger than an eighth of the window. Refused requests teach nothing.",
  },
  elapsed: {
    form: "elapsed(ROUTE)",
    value: "duration",
    about: "Time since the key's latest earlier event on that route or group.",
    bound: "Exact; the window's length if there was none.",
  },
  overflow: {
    form: "overflow[(RATE[, x])]",
    value: "bool",
    about:
      "Whether a leaky bucket of that rate overflowed within the window; with `x`, a value that it has seen is not counted again. Without a rate, every event overflows.",
    bound: "Exact. The bucket empties when it overflows, and then stays silent for the window.",
  },
};
