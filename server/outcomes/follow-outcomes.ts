/** Reports outcomes from the access logs of callers that do not show them (`serve --outcomes-from`). */
import type { Gate } from "../gate.ts";
import { reportFault } from "../report.ts";
import { FollowedFile } from "./follow-file.ts";
import { type ReportedOutcome, readOutcomeLine } from "./outcome-line.ts";

/** What became of the lines of all logs. */
export interface OutcomeCounts {
  /** Told the engine what the service answered. */
  matched: number;
  /** Of a decision that no longer waits, is not this process's, or was told of before. */
  unmatched: number;
  unreadable: number;
}

export interface FollowedLogs {
  readonly counts: OutcomeCounts;
  close(): void;
}

/** Follows the logs at `paths`. The first line of each that cannot be read is reported, the others are counted. */
export function followOutcomes(gate: Gate, paths: readonly string[]): FollowedLogs {
  const counts: OutcomeCounts = { matched: 0, unmatched: 0, unreadable: 0 };
  const files = paths.map((path) => new FollowedFile(path, lineReader(gate, path, counts)));
  if (files.length > 0) addSeries(gate, counts, files);
  return { counts, close: () => files.forEach((file) => file.close()) };
}

function lineReader(gate: Gate, path: string, counts: OutcomeCounts): (line: string) => void {
  let told = false;
  return (line) => {
    const read = readOutcomeLine(line);
    if (read === null) return;
    if (typeof read !== "string") return reportOrSay(gate, read, counts);
    counts.unreadable++;
    if (!told)
      gate.config.report(
        `${path}: ${read}: \`${line.slice(0, 80)}\`; more of its kind are only counted`,
        "outcomes.unreadable",
      );
    told = true;
  };
}

/** A fault costs the outcome alone: nobody waits for what would end the process. */
function reportOrSay(gate: Gate, outcome: ReportedOutcome, counts: OutcomeCounts): void {
  report(gate, outcome, counts).catch((fault: unknown) =>
    reportFault(gate.config.report, "fault at an outcome of a log", fault),
  );
}

/** Where another thread decided, it is told. */
async function report(gate: Gate, { id, outcome }: ReportedOutcome, counts: OutcomeCounts): Promise<void> {
  const { ids, others } = gate;
  const isOurs = others === null || ids.issued(id) || !others.knows(id);
  const counted = isOurs ? gate.observe(id, outcome) : ((await others.report(id, outcome))?.counted ?? false);
  if (counted) counts.matched++;
  else counts.unmatched++;
}

function addSeries({ metrics }: Gate, counts: OutcomeCounts, files: readonly FollowedFile[]): void {
  metrics.addSeries({
    name: "outcome_lines_total",
    help: "Lines of followed access logs, by what became of them.",
    type: "counter",
    read: () => [
      [{ result: "matched" }, counts.matched],
      [{ result: "unmatched" }, counts.unmatched],
      [{ result: "unreadable" }, counts.unreadable],
      [{ result: "too_long" }, files.reduce((sum, { skipped }) => sum + skipped, 0)],
    ],
  });
}
