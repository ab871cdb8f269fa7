/** What shows that an expectation fails: one run's requests, and what their decisions have to be for the failure to show. */
import type { Scenario } from "../../dsl/index.ts";
import { type Policy, VERDICTS } from "../../engine/index.ts";
import { START_MICROS } from "../clock.ts";
import type { GateResult } from "../measures/expectations.ts";
import { type DecisionEvent, Run, type SeedResult } from "../run.ts";
import { FIRST_REFUSAL } from "../measures/tally.ts";
import { asTestRequest } from "../test-request.ts";
import type { TracedDecision } from "./decide-trace.ts";
import type { TraceStep } from "./trace.ts";

/** Attempts of an attack in a test, at most: of more, the latest. */
export const MOST_ATTEMPTS = 100;
/** Requests of a run that are kept where other callers take part in a failure. */
const MOST_RECORDED = 100_000;

/** A failure in one run, to be made small. */
export interface Witness {
  readonly kind: "harm" | "abuse";
  /** The client, or the attack. */
  readonly who: string;
  /** What refuses or delays the client; empty for abuse. */
  readonly by: string;
  readonly verdict: (typeof VERDICTS)[number];
  /** The request's number among those of the client or attack in the run. */
  readonly nth: number;
  /** Traces that may show the failure, the likelier one first. The last step is the one that is refused, or let through. */
  readonly traces: readonly (() => readonly TraceStep[])[];
  /** Attempts that got through until the expectation was broken, as far as they are shown; 1 for harm. */
  readonly needed: number;
  /** Whether more attempts got through before those. */
  readonly isCut: boolean;
  /** Whether these decisions show the failure. */
  readonly fails: (decisions: readonly TracedDecision[]) => boolean;
}

/** Why an expectation has no witness. */
export interface NoWitness {
  readonly reason: string;
}

/** One run of a scenario, as often as it is asked for. */
export interface SeededScenario {
  readonly policy: Policy;
  readonly scenario: Scenario;
  readonly seed: number;
}

/** Runs until `onDecision` has seen enough. */
function runUntil({ policy, scenario, seed }: SeededScenario, onDecision: (event: DecisionEvent) => boolean): void {
  let isDone = false;
  const run = new Run(policy, scenario, seed, { onDecision: (event) => void (isDone ||= onDecision(event)) });
  run.start();
  while (!isDone && run.step());
}

function stepOf(event: DecisionEvent, { policy, scenario }: SeededScenario): TraceStep {
  const { request, status, abusive, atMicros, record } = event;
  const afterMicros = toMillis(record.delayMicros + scenario.service.latencyMicros);
  return {
    atMicros: toMillis(atMicros - START_MICROS),
    request: asTestRequest(request, policy),
    respond: { status, afterMicros, latencyMicros: toMillis(scenario.service.latencyMicros) },
    abusive,
  };
}

/** Tests count whole milliseconds. */
function toMillis(micros: number): number {
  return Math.floor(micros / 1_000) * 1_000;
}

// ── harm ────────────────────────────────────────────────────────────────────

/**
 * The first refusal of each client of a population by each rule or limit, or the first delay of more than the expectation's; at most
 * {@link MOST_WITNESSES}, as the smallest is sought among them.
 */
export function harmWitnesses(run: SeededScenario, { subject, metric, value }: GateResult): readonly Witness[] {
  const isHarm = ({ origin, record }: DecisionEvent): boolean => {
    if (origin !== subject) return false;
    return metric === "delayed"
      ? record.delayMicros >= value && record.delayMicros > 0
      : record.verdict >= FIRST_REFUSAL;
  };
  return firstHarms(run, isHarm).map((harm) => harmWitness(run, harm));
}

/** Harms that are looked into. */
const MOST_WITNESSES = 5;

interface Harm {
  /** Of the request, in the run. */
  readonly number: number;
  readonly client: string | null;
  readonly by: string;
  readonly verdict: number;
  readonly nth: number;
}

function harmWitness(run: SeededScenario, { number, client, by, verdict, nth }: Harm): Witness {
  const isTarget = (decision: TracedDecision | undefined): boolean =>
    decision !== undefined && decision.verdict === verdict && decision.by === by;
  const fails = (decisions: readonly TracedDecision[]): boolean => isTarget(decisions.at(-1));
  // Most clients are refused for what they did themselves.
  const traces = [() => recordUntil(run, number, client), () => recordUntil(run, number)];
  const said = { kind: "harm", who: client ?? "", by, verdict: VERDICTS[verdict] ?? "block", nth } as const;
  return { ...said, traces, needed: 1, isCut: false, fails };
}

function firstHarms(run: SeededScenario, isHarm: (event: DecisionEvent) => boolean): readonly Harm[] {
  const sent = new Map<string | null, number>();
  const harms = new Map<string, Harm>();
  runUntil(run, (event) => {
    const { client } = event.request;
    const nth = (sent.get(client) ?? 0) + 1;
    sent.set(client, nth);
    if (!isHarm(event)) return false;
    const { reason, verdict } = event.record;
    const by = event.record.by ?? reason;
    const key = JSON.stringify([client, by]);
    if (!harms.has(key)) harms.set(key, { number: event.number, client, by, verdict, nth });
    return harms.size >= MOST_WITNESSES;
  });
  return [...harms.values()];
}

/** The run's requests up to that one, the latest `MOST_RECORDED` of them. @param client - Whose alone; all where left out. */
function recordUntil(run: SeededScenario, number: number, client?: string | null): readonly TraceStep[] {
  const steps: TraceStep[] = [];
  runUntil(run, (event) => {
    if (client === undefined ? event.number > number - MOST_RECORDED : event.request.client === client)
      steps.push(stepOf(event, run));
    return event.number === number;
  });
  return steps;
}

// ── abuse ───────────────────────────────────────────────────────────────────

/**
 * The attempts that got through up to the one that breaks the expectation in this run, each of them evidence that a policy could have gone by:
 * a test of the last one alone could only be passed by refusing everybody.
 */
export function abuseWitness(
  run: SeededScenario,
  gate: GateResult,
  result: SeedResult,
): readonly Witness[] | NoWitness {
  const { subject, metric } = gate;
  const isThrough = (event: DecisionEvent): boolean => event.origin === subject && event.record.verdict < FIRST_REFUSAL;
  const counts = (event: DecisionEvent): boolean => isThrough(event) && (metric !== "succeeded" || event.abusive);
  const tolerated = toleratedBy(run, gate, result, counts);
  let steps: TraceStep[] = [];
  let [attempts, through, counted] = [0, 0, 0];
  runUntil(run, (event) => {
    if (event.origin === subject) attempts++;
    if (!isThrough(event)) return false;
    through++;
    steps.push(stepOf(event, run));
    if (steps.length >= 2 * MOST_ATTEMPTS) steps = steps.slice(-MOST_ATTEMPTS);
    return counts(event) && ++counted > tolerated;
  });
  if (counted <= tolerated)
    return { reason: `seed ${run.seed} by itself does not break it; the bound over the seeds does` };
  const shown = steps.slice(-MOST_ATTEMPTS);
  const needed = shown.length;
  const fails = (decisions: readonly TracedDecision[]): boolean =>
    (decisions.at(-1)?.verdict ?? FIRST_REFUSAL) < FIRST_REFUSAL &&
    decisions.filter(({ verdict }) => verdict < FIRST_REFUSAL).length >= needed;
  const witness = { kind: "abuse", who: subject, by: "", verdict: "allow", nth: attempts } as const;
  return [{ ...witness, traces: [() => shown], needed, isCut: needed < through, fails }];
}

/** Attempts that may get through without breaking the expectation in this run. */
function toleratedBy(
  run: SeededScenario,
  { subject, metric, op, value }: GateResult,
  { attacks }: SeedResult,
  counts: (event: DecisionEvent) => boolean,
): number {
  const offered = attacks.find(({ name }) => name === subject)?.offered ?? 0;
  if (metric !== "contained" && metric !== "first_refusal") {
    const most = metric === "admitted" ? (value * offered) / 100 : value;
    return op === "<" ? Math.ceil(most) - 1 : Math.floor(most);
  }
  let before = 0;
  let begins: number | null = null;
  runUntil(run, (event) => {
    if (event.origin === subject) begins ??= event.atMicros;
    if (begins !== null && event.atMicros - begins >= value) return true;
    if (counts(event)) before++;
    return false;
  });
  return before;
}
