/** Which scenarios and seeds a command runs. */
import type { Scenario } from "../dsl/index.ts";
import { closestName } from "../traffic/index.ts";
import type { Arguments } from "./options.ts";
import { CliProblem } from "./problem.ts";

const MOST_SEEDS = 10_000;

/** What `--seed` and `--seeds` say; null for what they do not. */
export interface SeedChoice {
  readonly first: number | null;
  readonly count: number | null;
}

/** Reads `--seed N` and `--seeds N`. */
export function readSeedChoice(args: Arguments): SeedChoice {
  return {
    first: args.integer("seed", 0, Number.MAX_SAFE_INTEGER - MOST_SEEDS),
    count: args.integer("seeds", 1, MOST_SEEDS),
  };
}

/** One seed where only `--seed` was given, else as many as asked for or stated, from the first on. */
export function chosenSeeds({ seeds }: Scenario, { first, count }: SeedChoice): readonly number[] {
  const length = count ?? (first === null ? seeds : 1);
  return Array.from({ length }, (_, index) => (first ?? 1) + index);
}

/**
 * The scenario of that name.
 *
 * @throws {@link CliProblem} naming those there are.
 */
export function findScenario(file: string, scenarios: readonly Scenario[], name: string): Scenario {
  checkAny(file, scenarios);
  const found = scenarios.find((each) => each.name === name);
  if (found !== undefined) return found;
  const names = scenarios.map((each) => each.name);
  const close = closestName(name, names);
  const hint = close === null ? "" : `; did you mean \`${close}\`?`;
  throw new CliProblem(`${file} has no scenario \`${name}\`${hint}`, `it has ${names.join(", ")}`);
}

/**
 * The scenario of that name, or all for null.
 *
 * @throws {@link CliProblem} naming those there are.
 */
export function chooseScenarios(
  file: string,
  scenarios: readonly Scenario[],
  name: string | null,
): readonly Scenario[] {
  checkAny(file, scenarios);
  return name === null ? scenarios : [findScenario(file, scenarios, name)];
}

function checkAny(file: string, scenarios: readonly Scenario[]): void {
  if (scenarios.length > 0) return;
  throw new CliProblem(`${file} declares no scenario`, "edgepolicy init DIR writes one to start from");
}
