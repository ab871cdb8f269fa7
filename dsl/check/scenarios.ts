/** Scenarios: simulated traffic, and what is expected of the policy under it. */
import type { AstScenario, AstService } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Scenario } from "../scenario.ts";
import { checkAttack } from "./attacks.ts";
import { routeShares } from "./clauses.ts";
import type { CheckContext } from "./context.ts";
import { checkExpectation } from "./scenario-expectations.ts";
import type { Inventory } from "./participants.ts";
import { type ArrivalFiles, checkPopulation } from "./populations.ts";
import { MAX_DURATION, readCount, readLength } from "./quantities.ts";

const DEFAULT_SEEDS = 5;
const MAX_SEEDS = 10_000;
const MAX_ACTORS = 64;
/** What the protected service takes to answer where the scenario does not say. */
const DEFAULT_LATENCY = 20_000;

/** What scenarios read beside the policy. */
export interface ScenarioInput {
  readonly inventory: Inventory;
  readonly arrivalFile: ArrivalFiles;
}

/** Checks one scenario; null where something is wrong with it. */
export function checkScenario(ast: AstScenario, input: ScenarioInput, context: CheckContext): Scenario | null {
  const { report } = context;
  const runMicros = ast.run === null ? reportNoRun(ast, context) : readLength(ast.run, "a run", report);
  const seeds = ast.seeds === null ? DEFAULT_SEEDS : readCount(ast.seeds, 1, MAX_SEEDS, "the number of seeds", report);
  const actorsFit = checkActorNames(ast, context) && checkAnyActor(ast, context);
  const site = { ...input, runMicros: runMicros ?? MAX_DURATION, context };
  const populations = ast.actors
    .filter((actor) => actor.role === "population")
    .map((actor) => checkPopulation(actor, site));
  const attacks = ast.actors
    .filter((actor) => actor.role === "attack")
    .map((actor) => checkAttack(actor, input.inventory, site.runMicros, context));
  const service = checkService(ast.service, context);
  const expectations = ast.expectations.map((expectation) => checkExpectation(expectation, ast, context));
  if (runMicros === null || seeds === null || service === null || !actorsFit) return null;
  if (populations.includes(null) || attacks.includes(null) || expectations.includes(null)) return null;
  return {
    name: ast.name.text,
    doc: ast.doc,
    span: ast.span,
    runMicros,
    seeds,
    service,
    populations: populations.filter((population) => population !== null),
    attacks: attacks.filter((attack) => attack !== null),
    expectations: expectations.filter((expectation) => expectation !== null),
  };
}

function reportNoRun(ast: AstScenario, context: CheckContext): null {
  context.report.error(
    SEMANTICS.scenarioMissing,
    ast.name.span,
    `the scenario \`${ast.name.text}\` does not say how long it runs`,
    {
      help: "add `run 30m`",
    },
  );
  return null;
}

/** A scenario that nothing is sent in would hold whatever the policy is. */
function checkAnyActor({ name, actors }: AstScenario, { report }: CheckContext): boolean {
  if (actors.length > 0) return true;
  report.error(SEMANTICS.scenarioMissing, name.span, `the scenario \`${name.text}\` has no population and no attack`, {
    help: "add `population NAME = steady { … }` or `attack NAME = credential_stuffing { … }`",
  });
  return false;
}

function checkActorNames(ast: AstScenario, context: CheckContext): boolean {
  const seen = new Map<string, AstScenario["actors"][number]>();
  let fits = true;
  for (const [index, actor] of ast.actors.entries()) {
    const first = seen.get(actor.name.text);
    seen.set(actor.name.text, first ?? actor);
    if (first !== undefined) {
      context.report.error(
        SEMANTICS.declaredTwice,
        actor.name.span,
        `\`${actor.name.text}\` is declared twice in this scenario`,
        {
          help: `give the ${actor.role} another name`,
          notes: [{ message: "it is declared here first", span: first.name.span }],
        },
      );
    } else if (index >= MAX_ACTORS) {
      context.report.error(
        SEMANTICS.outOfRange,
        actor.name.span,
        `a scenario has at most ${MAX_ACTORS} populations and attacks`,
        {
          help: "split it into two scenarios",
        },
      );
    } else continue;
    fits = false;
  }
  return fits;
}

function checkService(ast: AstService | null, context: CheckContext): Scenario["service"] | null {
  if (ast === null) return { latencyMicros: DEFAULT_LATENCY, succeeds: [] };
  const latencyMicros =
    ast.latency === null ? DEFAULT_LATENCY : readLength(ast.latency, "the service's latency", context.report);
  const succeeds = routeShares(ast.succeeds, context);
  return latencyMicros === null || succeeds === null ? null : { latencyMicros, succeeds };
}
