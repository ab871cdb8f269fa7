/** Says before a run how long it is where that is long, and which recorded arrivals it leaves out. */
import type { Scenario } from "../../dsl/index.ts";
import { expectedRequests, recordedOf, shareText } from "../../simulator/index.ts";
import type { CliIo } from "../io.ts";

/** Requests over all seeds from which on a run takes minutes. */
const LONG = 20_000_000;

/** Warns of a scenario that may make very many requests. */
export function warnOfLongRun(scenario: Scenario, seeds: number, io: CliIo): void {
  const { most, actors } = expectedRequests(scenario);
  const [first] = actors;
  if (most * seeds < LONG || first === undefined) return;
  const count = Math.round(most).toLocaleString("en-US");
  io.stderr(
    `scenario \`${scenario.name}\`: up to ${count} requests in each of ${seeds} ${seeds === 1 ? "run" : "runs"}, which takes long; ${shareText(first, most)}\n`,
  );
}

/** Tells how many recorded arrivals come after the end of the run. */
export function warnOfCutRecordings({ name, populations, runMicros }: Scenario, io: CliIo): void {
  for (const population of populations) {
    const { late = 0, arrivals = 0 } = recordedOf(population, runMicros) ?? {};
    if (late > 0)
      io.stderr(
        `scenario \`${name}\`: ${late} of the ${arrivals} arrivals of \`${population.name}\` come after the end of the run and are left out\n`,
      );
  }
}
