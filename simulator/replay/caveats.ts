/** What a replay cannot conclude. */
import type { Policy } from "../../engine/index.ts";
import { formatCount, formatDuration, formatPercent, plural } from "../report/format.ts";
import type { LogFacts, MissingAttribute } from "./replay-result.ts";

/** A log this long whose minutes are all the same was rewritten: real traffic does not do that over several hours. */
const HOURS_TO_JUDGE_MINUTES = 3;
/** Formats that record the few headers that somebody chose. */
const FEW_HEADERS: ReadonlySet<string | null> = new Set([
  "combined",
  "nginx-json",
  "traefik",
  "envoy-json",
  "elb",
  "w3c",
  "cloudtrail",
  "decisions",
  "mapped",
]);

/** One sentence each, from what always holds to what this log leaves out. */
export function caveatsOf(
  log: LogFacts,
  policy: Policy,
  missing: readonly MissingAttribute[],
  countsHeaders: boolean,
): string[] {
  return [
    "The recorded callers did not know of this policy. Those refused here would have retried, slowed down, changed " +
      "address or left; this is a first estimate, and scenarios with callers that react (`simulate`) are needed for the rest.",
    ...ofAnswers(log, policy),
    ...ofTimes(log),
    ...ofDecisionLogs(log),
    ...missing.map(({ attribute, readBy }) => `No entry of the log shows ${attribute}${byWhom(readBy)}.`),
    ...(countsHeaders && log.files.some(({ format }) => FEW_HEADERS.has(format))
      ? ["The log records some headers of each request only: `header.count` was lower than it had been."]
      : []),
  ];
}

function byWhom(readBy: readonly string[]): string {
  return readBy.length === 0 ? "" : `: ${readBy.join(", ")} ${readBy.length === 1 ? "was" : "were"} judged without it`;
}

function ofAnswers(
  { refusedThen, refusedThenPass, unanswered, entries }: LogFacts,
  { signals, limits }: Policy,
): string[] {
  const caveats: string[] = [];
  if (refusedThen > 0) {
    const share = formatPercent((100 * refusedThen) / entries);
    caveats.push(
      `${plural(refusedThen, "request")} (${share}) had been answered 403 or 429, perhaps by a protection that stood there then, and ` +
        `${formatCount(refusedThenPass)} of them ${refusedThenPass === 1 ? "passes" : "pass"} here: what the service would have answered to them is not known.`,
    );
  }
  const awaits = signals.some(({ phase }) => phase === "outcome") || limits.some(({ refund }) => refund !== null);
  if (unanswered > 0 && awaits) {
    caveats.push(
      `${plural(unanswered, "request")} ${unanswered === 1 ? "has" : "have"} no recorded answer: what the policy learns from answers it did not learn from ${unanswered === 1 ? "it" : "them"}.`,
    );
  }
  return caveats;
}

function ofDecisionLogs({ files }: LogFacts): string[] {
  if (files.every(({ format }) => format !== "decisions")) return [];
  return [
    "A decision log shows neither queries nor bodies nor answers. Where it was told to hold refusals alone, or one in some " +
      "of what was allowed (`allowsOneIn`), the other requests are missing, and rates and counts were too low.",
  ];
}

function ofTimes({ wentBack, late, mostLate, reorderEntries, minutesOfHour, hours }: LogFacts): string[] {
  const caveats: string[] = [];
  if (wentBack > 0 && late === 0) {
    caveats.push(`Time went back ${times(wentBack)} from one line to the next; the log was sorted by time first.`);
  }
  if (late > 0) {
    caveats.push(
      `Time went back ${times(wentBack)} from one line to the next. ${late === 1 ? "1 entry" : `${formatCount(late)} entries`} came when others up to ` +
        `${formatDuration(mostLate)} later had been decided already, and were decided at the time of those: no more than ` +
        `${formatCount(reorderEntries)} are held back to sort them. Sort the log first, or hold back more (--reorder).`,
    );
  }
  if (minutesOfHour === 1 && hours >= HOURS_TO_JUDGE_MINUTES) {
    caveats.push(
      `All ${hours} hours of the log have entries at one and the same minute: its times were rewritten, or nobody but jobs ` +
        "of that minute called. If they were rewritten, rates and windows shorter than some hours cannot be judged on it: what " +
        "limits and signals of such windows did here says little about real traffic.",
    );
  }
  return caveats;
}

function times(count: number): string {
  return count === 1 ? "once" : `${formatCount(count)} times`;
}
