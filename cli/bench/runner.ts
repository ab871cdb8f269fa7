/** An engine that is sent the same requests again and again, its clock going on, and is timed. */
import { createEngine, makeRequest, type Policy, type PolicyEngine, VERDICTS } from "../../engine/index.ts";
import type { SampleRequest } from "../../simulator/index.ts";

/** 2026-01-01T00:00:00Z: the engine is told the time, so that runs of one seed decide alike. */
const START_MICROS = Date.UTC(2026, 0, 1) * 1_000;
/** Between two requests: each client calls twice a second, as far as that is no more than 2,000 a second of all. */
const MICROS_A_CLIENT = 375_000;
const LEAST_GAP_MICROS = 500;
/** Decisions between two looks at the clock. */
const BATCH = 256;
/** Decisions that are timed one by one at most; more would tell nothing new. */
const MOST_TIMED = 1_000_000;
/** Readings of the clock from which its own cost is told. */
const CLOCK_READINGS = 10_000;

export class Runner {
  readonly rules: number;
  /** From the checked policy to an engine that decided a first request. */
  readonly compileMs: number;
  readonly #engine: PolicyEngine;
  readonly #gapMicros: number;
  #samples: readonly SampleRequest[] = [];
  #now = START_MICROS;
  #next = 0;
  #decided = 0;
  #seconds = 0;
  readonly #millis = new Float64Array(MOST_TIMED);
  #timed = 0;

  constructor(policy: Policy) {
    const began = performance.now();
    this.#engine = createEngine(policy);
    this.#engine.decide(makeRequest({}), START_MICROS);
    this.compileMs = performance.now() - began;
    this.rules = policy.rules.length;
    this.#gapMicros = gapMicros(policy);
  }

  /** Names of the headers that the policy reads. */
  get headers(): readonly string[] {
    return this.#engine.needs.headers;
  }

  /** Decisions a second over all that {@link count} counted. */
  get decisionsPerSecond(): number {
    return this.#decided / this.#seconds;
  }

  /** Takes the requests, decides each once and counts the verdicts. */
  begin(samples: readonly SampleRequest[]): Readonly<Record<string, number>> {
    this.#samples = samples;
    const verdicts: Record<string, number> = {};
    for (let step = 0; step < samples.length; step++) {
      const name = VERDICTS[this.#decideNext()] ?? "";
      verdicts[name] = (verdicts[name] ?? 0) + 1;
    }
    return verdicts;
  }

  /** Decides for so long. @param counted - Whether it counts for {@link decisionsPerSecond}; warming up does not. */
  run(seconds: number, counted: boolean): void {
    const began = performance.now();
    let elapsed = 0;
    let decided = 0;
    while (elapsed < seconds * 1_000) {
      for (let step = 0; step < BATCH; step++) this.#decideNext();
      decided += BATCH;
      elapsed = performance.now() - began;
    }
    if (!counted) return;
    this.#decided += decided;
    this.#seconds += elapsed / 1_000;
  }

  /** Decides for so long, reading the clock around each decision. @param counted - Whether it counts for {@link nanosAt}. */
  timeEach(seconds: number, counted: boolean): void {
    const end = performance.now() + seconds * 1_000;
    for (let after = 0; after < end && this.#timed < MOST_TIMED; ) {
      const before = performance.now();
      this.#decideNext();
      after = performance.now();
      this.#millis[this.#timed] = after - before;
      if (counted) this.#timed++;
    }
  }

  /** The nanoseconds that so large a share of single decisions stayed within, without what reading the clock takes. */
  nanosAt(shares: readonly number[]): readonly number[] {
    const sorted = this.#millis.slice(0, this.#timed).sort();
    const clock = clockMillis();
    return shares.map((share) => {
      const millis = sorted[Math.floor(share * (sorted.length - 1))] ?? 0;
      return Math.round(Math.max(0, millis - clock) * 1e6);
    });
  }

  /** @returns The verdict's number. */
  #decideNext(): number {
    const sample = this.#samples[this.#next];
    this.#next = this.#next + 1 < this.#samples.length ? this.#next + 1 : 0;
    this.#now += this.#gapMicros;
    if (sample === undefined) return 0;
    const { verdict, token } = this.#engine.decide(sample.request, this.#now);
    if (token !== 0) this.#engine.observe(token, sample.outcome, this.#now);
    return verdict;
  }
}

function gapMicros({ clients }: Policy): number {
  return clients.length === 0
    ? LEAST_GAP_MICROS
    : Math.max(LEAST_GAP_MICROS, Math.floor(MICROS_A_CLIENT / clients.length));
}

/** What two readings of the clock in a row take: the median. */
function clockMillis(): number {
  const times = new Float64Array(CLOCK_READINGS);
  for (let reading = 0; reading < CLOCK_READINGS; reading++) {
    const before = performance.now();
    times[reading] = performance.now() - before;
  }
  return times.sort()[CLOCK_READINGS >> 1] ?? 0;
}
