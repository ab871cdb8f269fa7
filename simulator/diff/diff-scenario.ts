/** Two policies in one scenario: its actors react to each of them, from the same seeds (closed-loop). */
import type { Scenario } from "../../dsl/index.ts";
import { type Explanation, type Policy, VERDICTS } from "../../engine/index.ts";
import { cut, noVerdicts } from "../replay/callers.ts";
import { checkSeeds, firstSeeds } from "../run-scenario.ts";
import { Run, type SeedResult } from "../run.ts";
import { type DiffSide, declarationChanges } from "./declarations.ts";
import type { FirstChange, OriginChange, RequestExample, ScenarioDiff } from "./diff-result.ts";
import { explainNth, MOST_EXPLAINED_AFTER, TOO_FAR_BACK } from "./explain-nth.ts";
import { gateChanges, measureChanges } from "./measure-changes.ts";
import { type PairedScenario, type PairObserver, runPaired, type SentRequest } from "./paired-run.ts";
import { causeOf } from "./side-decision.ts";
import { addToGroup, type Group, newGroup, VerdictTally } from "./verdict-tally.ts";

/** How two policies are compared in a scenario. */
export interface ScenarioDiffOptions {
  /** Seeds, each a safe integer, at least one and none twice. Default: 1 to the number that the scenario states. */
  readonly seeds?: readonly number[];
  /** Whose text the scenario is from, and whose routes and clients its actors are made of. Default `new`. */
  readonly scenarioFrom?: "old" | "new";
  /** Most requests in one run; more is an error. Default 50,000,000. */
  readonly maxRequests?: number;
  /** Told after each seed how many are done. */
  readonly onSeed?: (done: number) => void;
}

/** The first change, before it is explained: the request's number in both runs of a seed. */
interface Found {
  readonly seed: number;
  readonly old: SentRequest;
  readonly new: SentRequest;
}

/**
 * Compares two policies in a scenario. Both meet callers made of the routes and clients of the policy that the scenario is from: what the
 * other one does not have, it decides as it would a stranger or an unknown path.
 *
 * @throws {@link ScenarioError} when the scenario cannot be run as it stands, or the seeds are not as described.
 */
export async function diffScenario(
  old: DiffSide,
  now: DiffSide,
  scenario: Scenario,
  options: ScenarioDiffOptions = {},
): Promise<ScenarioDiff> {
  const { seeds = firstSeeds(scenario.seeds), scenarioFrom = "new", maxRequests, onSeed } = options;
  checkSeeds(seeds);
  const cast = scenarioFrom === "new" ? now.policy : old.policy;
  const paired = {
    scenario,
    cast,
    old: old.policy,
    new: now.policy,
    ...(maxRequests === undefined ? {} : { maxRequests }),
  };
  const comparison = new ScenarioComparison(scenario);
  const results = seeds.map((seed, index) => {
    const result = runPaired(paired, seed, comparison.observerOf(seed));
    onSeed?.(index + 1);
    return result;
  });
  const runs = { old: results.map((each) => each.old), new: results.map((each) => each.new) };
  return {
    kind: "closed-loop",
    old: { name: old.policy.name, version: old.policy.version },
    new: { name: now.policy.name, version: now.policy.version },
    verdicts: comparison.verdicts.finish(),
    first: await explained(comparison.first, paired),
    declarations: declarationChanges(old, now),
    caveats: caveatsOf(paired, scenarioFrom),
    ...{ scenario: scenario.name, scenarioFrom, runMicros: scenario.runMicros, seeds },
    origins: comparison.originChanges(runs.old, runs.new),
    measures: measureChanges(scenario, runs),
    gates: gateChanges(scenario, runs),
  };
}

interface OriginRow {
  readonly group: Group;
  readonly onlyOld: ReturnType<typeof noVerdicts>;
  readonly onlyNew: ReturnType<typeof noVerdicts>;
}

class ScenarioComparison {
  readonly verdicts: VerdictTally = new VerdictTally();
  first: Found | null = null;
  /** Their addresses change; each attack counts as one caller. */
  readonly #attacks: ReadonlySet<string>;
  readonly #origins = new Map<string, OriginRow>();

  constructor(scenario: Scenario) {
    this.#attacks = new Set(scenario.attacks.map(({ name }) => name));
    for (const { name } of [...scenario.populations, ...scenario.attacks])
      this.#origins.set(name, { group: newGroup(name), onlyOld: noVerdicts(), onlyNew: noVerdicts() });
  }

  observerOf(seed: number): PairObserver {
    return {
      both: (old, now) => this.#addPair(seed, old, now),
      onlyOld: (sent) => countVerdict(this.#origins.get(sent.origin)?.onlyOld, sent),
      onlyNew: (sent) => countVerdict(this.#origins.get(sent.origin)?.onlyNew, sent),
    };
  }

  originChanges(old: readonly SeedResult[], now: readonly SeedResult[]): readonly OriginChange[] {
    return [...this.#origins].map(([name, { group, onlyOld, onlyNew }]) => ({
      ...{ ...group, attack: this.#attacks.has(name), sentOld: sentBy(name, old), sentNew: sentBy(name, now) },
      ...{ onlyOld, onlyNew },
    }));
  }

  #addPair(seed: number, old: SentRequest, now: SentRequest): void {
    const pair = { old: old.decision, new: now.decision };
    const example = (): RequestExample => exampleOf(now, seed);
    const caller = this.#attacks.has(now.origin) ? `attack ${now.origin}` : (now.client ?? now.ip);
    this.verdicts.add({ ...pair, caller, example });
    const origin = this.#origins.get(now.origin);
    if (origin !== undefined) addToGroup(origin.group, pair);
    if (this.first === null && pair.old.verdict !== pair.new.verdict) this.first = { seed, old, new: now };
  }
}

function countVerdict(counts: ReturnType<typeof noVerdicts> | undefined, { decision }: SentRequest): void {
  const verdict = VERDICTS[decision.verdict];
  if (counts !== undefined && verdict !== undefined) counts[verdict]++;
}

/** Requests that a population or attack sent in all runs. */
function sentBy(name: string, runs: readonly SeedResult[]): number {
  let sent = 0;
  for (const { populations, attacks } of runs) {
    sent += populations.find((each) => each.name === name)?.requests ?? 0;
    sent += attacks.find((each) => each.name === name)?.offered ?? 0;
  }
  return sent;
}

function exampleOf({ number, atMicros, client, ip, method, path }: SentRequest, seed: number): RequestExample {
  return { number, seed, at: atMicros, client, ip, method, path: cut(path) };
}

async function explained(found: Found | null, paired: PairedScenario): Promise<FirstChange | null> {
  if (found === null) return null;
  const { seed, old, new: now } = found;
  const change: FirstChange = {
    ...{ request: exampleOf(now, seed), old: causeOf(old.decision), new: causeOf(now.decision) },
    ...{ explanations: null, unexplained: null },
  };
  if (Math.max(old.number, now.number) > MOST_EXPLAINED_AFTER)
    return { ...change, unexplained: `it comes after the first ${MOST_EXPLAINED_AFTER} requests of its run` };
  const explain = (policy: Policy, nth: number): Promise<Explanation | null> =>
    explainNth(policy, nth, (makeEngine) => {
      const run = new Run(paired.cast, paired.scenario, seed, { createEngine: makeEngine });
      run.start();
      while (run.step());
    });
  const [before, after] = [await explain(paired.old, old.number), await explain(paired.new, now.number)];
  if (before === null || after === null) return { ...change, unexplained: TOO_FAR_BACK };
  return { ...change, explanations: { old: before, new: after } };
}

/** What the policy that the scenario is not from lacks, and what a model is. */
function caveatsOf({ scenario, cast, old, new: now }: PairedScenario, from: "old" | "new"): readonly string[] {
  const [other, name] = from === "new" ? [old, "OLD"] : [now, "NEW"];
  const clients = new Set(other.clients.map(({ id }) => id));
  const missing = [...new Set(scenario.populations.flatMap((each) => each.clients))].filter((id) => !clients.has(id));
  const routes = new Set(other.routes.map((each) => each.name));
  const unknown = [...routesOf(scenario)]
    .map((index) => cast.routes[index]?.name ?? "")
    .filter((route) => !routes.has(route));
  return [
    ...(missing.length === 0
      ? []
      : [`${name}'s inventory does not have ${listed("client", missing)}: it decides their requests as a stranger's.`]),
    ...(unknown.length === 0
      ? []
      : [
          `${name} does not declare ${listed("route", unknown)}: it decides those requests as it does any unknown path.`,
        ]),
    "Callers are models: real ones react to refusals in ways that the scenario does not say.",
  ];
}

/** Routes that the scenario's populations send to. */
function routesOf({ populations }: Scenario): ReadonlySet<number> {
  return new Set(populations.flatMap(({ mix }) => mix.map(({ route }) => route)));
}

const MOST_LISTED = 5;

function listed(thing: string, names: readonly string[]): string {
  const shown = names.slice(0, MOST_LISTED).map((name) => `\`${name}\``);
  const more = names.length > MOST_LISTED ? ` and ${names.length - MOST_LISTED} more` : "";
  return `${thing}${names.length === 1 ? "" : "s"} ${shown.join(", ")}${more}`;
}
