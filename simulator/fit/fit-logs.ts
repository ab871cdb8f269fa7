/** Fits populations to logs. */
import type { Policy } from "../../engine/index.ts";
import { type LogReading, type NamedLog, readInOrder } from "../replay/ordered-logs.ts";
import { type FittedTraffic, TrafficFit } from "./traffic-fit.ts";

/**
 * Estimates populations from logs that follow one another, the oldest first.
 *
 * @throws {@link ReplayError} as a replay does.
 */
export async function fitLogs(
  policy: Policy,
  logs: readonly NamedLog[],
  reading: LogReading = {},
): Promise<FittedTraffic> {
  const fit = new TrafficFit(policy);
  const { skipped } = await readInOrder(logs, [policy], reading, (entry) => {
    fit.add(entry);
    return true;
  });
  return fit.finish(skipped);
}
