/**
 * From a failing expectation to a test: finds a run that breaks it, the requests of that run that show it, and the fewest and plainest of them
 * that still do. The trace is decided open-loop, as a test is; nobody reacts any more.
 */
import type { Scenario } from "../../dsl/index.ts";
import { createEngine, type Policy } from "../../engine/index.ts";
import type { GateResult } from "../measures/expectations.ts";
import type { ScenarioResult } from "../measures/scenario-result.ts";
import { ddmin } from "./ddmin.ts";
import { decideTrace } from "./decide-trace.ts";
import { type Fails, roundTimes, simplify } from "./simplify.ts";
import type { TraceStep } from "./trace.ts";
import { abuseWitness, harmWitnesses, type NoWitness, type Witness } from "./witness.ts";

/** Traces that are tried for one expectation, and requests that are decided in them, at most. */
export const MOST_TRIALS = 5_000;
export const MOST_DECIDED = 5_000_000;

/** A failing expectation made small. */
export interface Minimized {
  readonly gate: GateResult;
  readonly scenario: string;
  readonly seed: number;
  readonly witness: Witness;
  readonly steps: readonly TraceStep[];
  /** Requests of the trace that it began with. */
  readonly recorded: number;
  readonly trials: number;
  /** Whether no step can be left out. False where the work came to its bound first. */
  readonly isMinimal: boolean;
}

/** A failing expectation without a test, and why. */
export interface Unminimized extends NoWitness {
  readonly gate: GateResult;
}

export interface MinimizeOptions {
  /** Called after each trace that was tried, for a progress bar. */
  readonly onTrial?: () => void;
}

/**
 * Makes the failing expectations of a result small: of each population and attack, the one with the shortest test.
 *
 * @param result - Of the policy and the scenario, of at least one seed.
 */
export function minimizeFailures(
  policy: Policy,
  scenario: Scenario,
  result: ScenarioResult,
  options: MinimizeOptions = {},
): { readonly minimized: readonly Minimized[]; readonly without: readonly Unminimized[] } {
  const smallest = new Map<string, Minimized>();
  const without: Unminimized[] = [];
  for (const gate of result.gates.filter(({ held }) => !held)) {
    const found = minimizeGate({ policy, scenario, result, gate, ...options });
    if ("reason" in found) without.push({ gate, ...found });
    else if (found.steps.length < (smallest.get(gate.subject)?.steps.length ?? Infinity))
      smallest.set(gate.subject, found);
  }
  return { minimized: [...smallest.values()], without };
}

const UNTESTABLE = "it rests on what a test has no words for, or on more requests than are recorded";
/** A test of an attack holds its own attempts, and all those that got through. */
const NOT_ALONE =
  "not all of these attempts get through by themselves: what others sent, or what a test has no words for, helps them";

interface GateJob extends MinimizeOptions {
  readonly policy: Policy;
  readonly scenario: Scenario;
  readonly result: ScenarioResult;
  readonly gate: GateResult;
}

function minimizeGate(job: GateJob): Minimized | NoWitness {
  const { policy, scenario, result, gate } = job;
  const { seed } = gate.worst;
  const seedResult = result.runs.find((run) => run.seed === seed);
  if (seedResult === undefined || gate.silent > 0) return { reason: "nothing was sent that could be shown" };
  if ([">", ">=", "!="].includes(gate.op))
    return { reason: "it asks for more than there is, and no request shows that" };
  const run = { policy, scenario, seed };
  const isAttack = scenario.attacks.some(({ name }) => name === gate.subject);
  const witnesses = isAttack ? abuseWitness(run, gate, seedResult) : harmWitnesses(run, gate);
  if ("reason" in witnesses) return witnesses;
  if (witnesses.length === 0) return { reason: `in seed ${seed} no client of \`${gate.subject}\` is harmed` };
  const opened = witnesses.flatMap((witness) => open(job, witness) ?? []);
  const [best] = opened.sort((a, b) => a.steps.length - b.steps.length);
  if (best === undefined) return { reason: isAttack ? NOT_ALONE : UNTESTABLE };
  const { witness, trials, recorded } = best;
  const steps = witness.kind === "abuse" ? roundTimes(best.steps, trials.fails) : shorten(best.steps, trials.fails);
  return { ...{ gate, scenario: scenario.name, seed, witness, steps, recorded }, ...trials.work() };
}

/** A witness whose trace fails by itself, without the callers and the beginning that it does not need. */
interface Opened {
  readonly witness: Witness;
  readonly trials: Trials;
  readonly recorded: number;
  readonly steps: readonly TraceStep[];
}

/** Null where none of the witness's traces fails by itself. */
function open({ policy, onTrial }: GateJob, witness: Witness): Opened | null {
  const trials = new Trials(policy, witness, onTrial);
  const { fails } = trials;
  for (const trace of witness.traces) {
    const recorded = trace();
    if (!fails(recorded)) continue;
    const base = { witness, trials, recorded: recorded.length };
    // Attempts of an attack are all evidence.
    if (witness.kind === "abuse") return { ...base, steps: recorded };
    const kept = groupsOf(policy).reduce((steps, groupOf) => fewerGroups(steps, groupOf, fails), recorded);
    return { ...base, steps: startLater(kept, fails) };
  }
  return null;
}

/** Rounds of making shorter and plainer: a plainer trace can often be shorter still. */
const ROUNDS = 4;

function shorten(opened: readonly TraceStep[], fails: Fails): readonly TraceStep[] {
  let steps = opened;
  for (let round = 0; round < ROUNDS; round++) {
    // Plainer first: at one pace a trace has fewer requests, and they stand in one line.
    const plainer = startLater(simplify(steps, fails), fails);
    if (round > 0 && JSON.stringify(plainer) === JSON.stringify(steps)) return steps;
    steps = fewerSteps(plainer, fails);
  }
  return steps;
}

type GroupOf = (step: TraceStep) => string;

/** Who sent it, from where, and to which route. */
function groupsOf(policy: Policy): readonly GroupOf[] {
  const engine = createEngine(policy, { generate: false });
  return [
    ({ request: { client, ip } }) => client ?? ip,
    ({ request: { ip } }) => ip,
    ({ request }) => `${engine.routeOf(request)}`,
  ];
}

/** Leaves out whole groups, but the one of the last step. */
function fewerGroups(steps: readonly TraceStep[], groupOf: GroupOf, fails: Fails): readonly TraceStep[] {
  const last = steps.at(-1);
  if (last === undefined) return steps;
  const others = [...new Set(steps.map(groupOf))].filter((group) => group !== groupOf(last));
  const only = (groups: readonly string[]): readonly TraceStep[] => {
    const kept = new Set([...groups, groupOf(last)]);
    return steps.filter((step) => kept.has(groupOf(step)));
  };
  return only(ddmin(others, (groups) => fails(only(groups))));
}

/** Leaves out the beginning, as much of it as bisection finds. */
function startLater(steps: readonly TraceStep[], fails: Fails): readonly TraceStep[] {
  let [first, end] = [0, steps.length];
  while (first + 1 < end) {
    const middle = (first + end) >> 1;
    if (fails(steps.slice(middle))) first = middle;
    else end = middle;
  }
  return steps.slice(first);
}

/** Leaves out ranges of time, then single requests; the last one stays. */
function fewerSteps(steps: readonly TraceStep[], fails: Fails): readonly TraceStep[] {
  const last = steps.at(-1);
  if (last === undefined) return steps;
  return [...ddmin(steps.slice(0, -1), (before) => fails([...before, last])), last];
}

/** Decides traces and counts the work. Past its bound nothing fails any more, so that what was found stays. */
class Trials {
  count = 0;
  readonly #policy: Policy;
  readonly #witness: Witness;
  #decided = 0;
  #isSpent = false;
  readonly #onTrial: (() => void) | undefined;

  constructor(policy: Policy, witness: Witness, onTrial: (() => void) | undefined) {
    this.#onTrial = onTrial;
    this.#policy = policy;
    this.#witness = witness;
  }

  work(): Pick<Minimized, "trials" | "isMinimal"> {
    return { trials: this.count, isMinimal: !this.#isSpent };
  }

  readonly fails = (steps: readonly TraceStep[]): boolean => {
    this.#isSpent ||= this.count >= MOST_TRIALS || this.#decided + steps.length > MOST_DECIDED;
    if (this.#isSpent || steps.length < this.#witness.needed) return false;
    this.count++;
    this.#decided += steps.length;
    const isFailing = this.#witness.fails(decideTrace(this.#policy, steps));
    this.#onTrial?.();
    return isFailing;
  };
}
