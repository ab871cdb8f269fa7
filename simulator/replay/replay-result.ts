/** What a replay found, as plain data. All times are microseconds since the Unix epoch, as the log recorded them. */
import type { Verdict } from "../../engine/index.ts";

/** Requests by verdict. */
export type VerdictCounts = Readonly<Record<Verdict, number>>;

/** How many, and whether that is exact; a lower bound where a table was full. */
export interface Count {
  readonly count: number;
  readonly exact: boolean;
}

/** One recorded request, to look up in the log. */
export interface Example {
  /** Of which log, counted from 0 as they were given. */
  readonly log: number;
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

/** The first of the lines that are no requests for one kind of reason: texts that are the same up to a colon, behind which is what a line has of its own. */
export interface SkippedLine {
  readonly log: number;
  readonly line: number;
  readonly problem: string;
  /** How many lines are no requests for this kind of reason. */
  readonly lines: number;
}

/** One of the logs, which are replayed as one. */
export interface LogFile {
  /** As it was given; empty where it has no name. */
  readonly name: string;
  /** Null for an empty log. */
  readonly format: string | null;
  readonly lines: number;
  readonly entries: number;
}

/** Facts about the logs themselves. */
export interface LogFacts {
  readonly files: readonly LogFile[];
  readonly lines: number;
  readonly entries: number;
  readonly emptyLines: number;
  /** Lines of the format that stand for no request: other events of the server. */
  readonly otherLines: number;
  readonly skipped: number;
  /** Skipped lines by why, the first ten reasons that were met. */
  readonly firstSkipped: readonly SkippedLine[];
  /** Null in an empty log. */
  readonly from: number | null;
  readonly to: number | null;
  /** How often an entry was earlier than the entry before it. */
  readonly wentBack: number;
  /** Most entries that were held back to put them in order. */
  readonly reorderEntries: number;
  /** Entries that came too late for that: they were decided at the time of the entry decided before. */
  readonly late: number;
  /** How much too late, at most; microseconds. */
  readonly mostLate: number;
  /** How many different minutes of the hour (0 to 59) and hours (since the epoch) entries were recorded at. */
  readonly minutesOfHour: number;
  readonly hours: number;
  /** Most entries recorded at one same second. */
  readonly mostInOneSecond: number;
  /** Entries without an answer. */
  readonly unanswered: number;
  /** Entries that had been answered 403 or 429, and those of them that this policy lets pass. */
  readonly refusedThen: number;
  readonly refusedThenPass: number;
  /** Null without an identification. */
  readonly identified: IdentifiedRequests | null;
}

/** What the policy reads and no entry of the log shows. */
export interface MissingAttribute {
  /** As the language writes it: `header["x-tenant"]`, `ip.asn`. */
  readonly attribute: string;
  /** Rules and limits that read it, also through what they read; in order of declaration. */
  readonly readBy: readonly string[];
}

/** An entry of `--identify`, and the requests that it took. */
export interface IdentifiedEntry {
  readonly client: string;
  /** As they were written. */
  readonly conditions: string;
  readonly requests: number;
}

/** The most frequent of those that nothing identified, most first; not all were told apart where it is not exact. */
export interface UnidentifiedCallers {
  readonly exact: boolean;
  readonly top: readonly { readonly name: string; readonly requests: number }[];
}

/** What `--identify` made of the log. */
export interface IdentifiedRequests {
  /** In the order of the file. */
  readonly entries: readonly IdentifiedEntry[];
  /** Requests of which the log itself says the client. */
  readonly named: number;
  readonly unidentified: number;
  /** User agents, empty for none, and addresses of unidentified requests. */
  readonly agents: UnidentifiedCallers;
  readonly addresses: UnidentifiedCallers;
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
  /** In the order in which the policy first reads them. */
  readonly missing: readonly MissingAttribute[];
  /** What cannot be concluded from this replay, one sentence each. */
  readonly caveats: readonly string[];
  /** SHA-256 over all decisions in order: the same log, policy and order give the same one. */
  readonly decisionHash: string;
}
