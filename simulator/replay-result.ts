/** What a replay found, as plain data. All times are microseconds since the Unix epoch, as the log recorded them. */
import type { Verdict } from "../engine/index.ts";

/** Requests by verdict. */
export type VerdictCounts = Readonly<Record<Verdict, number>>;

/** How many, and whether that is exact; a lower bound where a table was full. */
export interface Count {
  readonly count: number;
  readonly exact: boolean;
}

/** One recorded request, to look up in the log. */
export interface Example {
  readonly line: number;
  readonly at: number;
  readonly ip: string;
  readonly method: string;
  /** At most 200 characters. */
  readonly path: string;
  /** At most 200 characters; empty where the log has none. */
  readonly agent: string;
}

/** What the service had answered to requests, by class of status: `2xx`, `3xx` and so on; `none` where not recorded. */
export type Answered = Readonly<Record<string, number>>;

/** What one rule or limit, or one cause outside them, decided. */
export interface DecidedBy {
  readonly name: string;
  /** `none`: decided by no declaration, such as `no_rule_allows` or a refused credential. */
  readonly kind: "rule" | "limit" | "none";
  readonly verdicts: VerdictCounts;
  readonly requests: number;
  readonly callers: Count;
  readonly because: string;
  readonly answered: Answered;
  readonly example: Example;
}

/** How often a rule matched, a label was noted, or a shadow rule or limit would have acted. */
export interface Named {
  readonly name: string;
  readonly requests: number;
  readonly callers: Count;
}

/** A caller that was slowed, challenged, throttled or blocked at least once. */
export interface AffectedCaller {
  readonly ip: string;
  /** The user agent of its first affected request, at most 200 characters. */
  readonly agent: string;
  /** Whether affected requests of this address gave other user agents too. */
  readonly otherAgents: boolean;
  readonly requests: number;
  readonly verdicts: VerdictCounts;
  /** What decided its first affected request, and when. */
  readonly firstBy: string;
  readonly firstAt: number;
}

/** A line that is not a request. */
export interface SkippedLine {
  readonly line: number;
  readonly problem: string;
}

/** Facts about the log itself. */
export interface LogFacts {
  readonly format: string;
  readonly lines: number;
  readonly entries: number;
  readonly emptyLines: number;
  readonly skipped: number;
  /** The first five skipped lines. */
  readonly firstSkipped: readonly SkippedLine[];
  /** Null in an empty log. */
  readonly from: number | null;
  readonly to: number | null;
  /** How often a line was earlier than the line before it. */
  readonly wentBack: number;
  /** How many different minutes of the hour (0 to 59) and hours (since the epoch) entries were recorded at. */
  readonly minutesOfHour: number;
  readonly hours: number;
  /** Most entries recorded at one same second. */
  readonly mostInOneSecond: number;
}

/** What a replay gave, as plain data. */
export interface ReplayResult {
  readonly policy: { readonly name: string; readonly version: string };
  readonly log: LogFacts;
  readonly requests: number;
  readonly callers: Count;
  readonly affectedCallers: number;
  readonly verdicts: VerdictCounts;
  /** Most requests first. */
  readonly decidedBy: readonly DecidedBy[];
  /** Rules that matched, whether they decided or not; most first. */
  readonly matched: readonly Named[];
  readonly labels: readonly Named[];
  readonly shadow: readonly Named[];
  /** Rules that never matched and limits that never decided, in declaration order. */
  readonly idle: readonly string[];
  /** Most refused first. */
  readonly topCallers: readonly AffectedCaller[];
  /** What cannot be concluded from this replay, one sentence each. */
  readonly caveats: readonly string[];
  /** SHA-256 over all decisions in order: the same log, policy and order give the same one. */
  readonly decisionHash: string;
}
