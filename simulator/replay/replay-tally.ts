/** Adds up the decisions of a replay, in memory that does not grow with the log. */
import type { Decision, DecisionRecord, Policy, Verdict } from "../../engine/index.ts";
import { VERDICTS } from "../../engine/index.ts";
import type { RequestRecord } from "../../traffic/index.ts";
import { CallerTable, cut, MOST_CALLERS, noVerdicts } from "./callers.ts";
import type { HeldEntry } from "./reorder-buffer.ts";
import type { AffectedCaller, Count, DecidedBy, Example, Named, VerdictCounts } from "./replay-result.ts";

const ALLOW = VERDICTS.indexOf("allow");
/** Callers reported one by one. */
const TOP_CALLERS = 20;

/** Requests with a name, and the different callers that sent them. */
interface NamedRow {
  readonly number: number;
  requests: number;
  callers: number;
  /** Whether all callers were told apart. */
  exact: boolean;
}

interface DecidedRow extends NamedRow {
  readonly kind: DecidedBy["kind"];
  readonly because: string;
  readonly verdicts: Record<Verdict, number>;
  readonly answered: Record<string, number>;
  readonly example: Example;
}

/** The part of a result that comes from decisions. */
export interface Tallied {
  readonly requests: number;
  readonly callers: Count;
  readonly affectedCallers: number;
  readonly verdicts: VerdictCounts;
  readonly decidedBy: readonly DecidedBy[];
  readonly matched: readonly Named[];
  readonly labels: readonly Named[];
  readonly shadow: readonly Named[];
  readonly idle: readonly string[];
  readonly topCallers: readonly AffectedCaller[];
}

/** One decided request of the log. */
export interface Decided {
  /** Of which log, counted from 0, and which line of it, counted from 1. */
  readonly log: number;
  readonly line: number;
  /** When it was decided: as recorded, or, of an entry that came too late, at the time of the entry before. */
  readonly at: number;
  readonly record: RequestRecord;
  readonly decision: Decision;
}

/** Adds up decisions one by one. All its tables are bounded: by the policy's names, and by `mostCallers`. */
export class ReplayTally {
  readonly #policy: Policy;
  readonly #kinds: ReadonlyMap<string, "rule" | "limit">;
  /** What rules note, by their name. */
  readonly #notes: ReadonlyMap<string, string>;
  readonly #callers: CallerTable;
  readonly #verdicts = noVerdicts();
  readonly #decided = new Map<string, DecidedRow>();
  readonly #matched = new Map<string, NamedRow>();
  readonly #labels = new Map<string, NamedRow>();
  readonly #shadow = new Map<string, NamedRow>();
  #names = 0;
  #requests = 0;

  constructor(policy: Policy, mostCallers: number = MOST_CALLERS) {
    this.#policy = policy;
    this.#callers = new CallerTable(mostCallers);
    this.#kinds = new Map([
      ...policy.rules.map(({ name }) => [name, "rule"] as const),
      ...policy.limits.map(({ name }) => [name, "limit"] as const),
    ]);
    this.#notes = new Map(
      policy.rules.flatMap(({ name, action }) => (action.kind === "note" ? [[name, action.label] as const] : [])),
    );
  }

  /** Adds a decision, which is read without a copy. */
  add(entry: HeldEntry, made: DecisionRecord): void {
    const caller = this.#callers.of(entry.record.request.ip);
    this.#requests++;
    if (made.verdict === ALLOW) {
      this.#verdicts.allow++;
      if (caller >= 0) this.#callers.allow(caller);
    } else this.#addRestricted(entry, made, caller);
    for (let index = 0; index < made.matches; index++) this.#addMatch(made.matchOf(index), caller);
    for (let index = 0; index < made.shadows; index++) this.#addNamed(this.#shadow, made.shadowOf(index), caller);
  }

  finish(): Tallied {
    const affected = this.#callers.affected();
    return {
      requests: this.#requests,
      callers: this.#callers.count,
      affectedCallers: affected.length,
      verdicts: { ...this.#verdicts },
      decidedBy: this.#decidedBy(),
      matched: namedOf(this.#matched),
      labels: namedOf(this.#labels),
      shadow: namedOf(this.#shadow),
      idle: this.#idle(),
      topCallers: affected.slice(0, TOP_CALLERS),
    };
  }

  #addRestricted(entry: HeldEntry, made: DecisionRecord, caller: number): void {
    const verdict = VERDICTS[made.verdict] ?? "allow";
    const by = made.by ?? made.reason;
    this.#verdicts[verdict]++;
    const { ip, headers } = entry.record.request;
    if (caller >= 0) this.#callers.restrict(caller, ip, verdict, by, headers["user-agent"] ?? "", entry.at);
    this.#addDecided(by, entry, made, caller);
  }

  #addDecided(by: string, entry: HeldEntry, made: DecisionRecord, caller: number): void {
    const { response } = entry.record;
    const row = this.#decided.get(by) ?? this.#openDecided(by, entry, made);
    row.verdicts[VERDICTS[made.verdict] ?? "allow"]++;
    this.#count(row, caller);
    const status = response === null ? "none" : (CLASSES[Math.floor(response.outcome.status / 100)] ?? "none");
    row.answered[status] = (row.answered[status] ?? 0) + 1;
  }

  #openDecided(by: string, { log, line, at, record }: HeldEntry, made: DecisionRecord): DecidedRow {
    const { ip, method, path, headers } = record.request;
    const agent = cut(headers["user-agent"] ?? "");
    const example = { log, line, at, ip: cut(ip), method: cut(method), path: cut(path), agent };
    const kind = made.by === null ? "none" : (this.#kinds.get(by) ?? "none");
    const because = made.reason === by ? "" : made.reason;
    const row: DecidedRow = { ...this.#newRow(), kind, because, verdicts: noVerdicts(), answered: {}, example };
    this.#decided.set(by, row);
    return row;
  }

  #newRow(): NamedRow {
    return { number: this.#names++, requests: 0, callers: 0, exact: true };
  }

  #addMatch(name: string, caller: number): void {
    this.#addNamed(this.#matched, name, caller);
    const label = this.#notes.get(name);
    if (label !== undefined) this.#addNamed(this.#labels, label, caller);
  }

  #addNamed(rows: Map<string, NamedRow>, name: string, caller: number): void {
    let row = rows.get(name);
    if (row === undefined) rows.set(name, (row = this.#newRow()));
    this.#count(row, caller);
  }

  #count(row: NamedRow, caller: number): void {
    row.requests++;
    if (caller < 0) row.exact = false;
    else if (this.#callers.isFirst(caller, row.number)) row.callers++;
  }

  #decidedBy(): DecidedBy[] {
    const rows = [...this.#decided].map(([name, row]): DecidedBy => {
      const { kind, because, verdicts, answered, example, requests } = row;
      return { name, kind, verdicts, requests, callers: countOf(row), because, answered, example };
    });
    return rows.sort((a, b) => b.requests - a.requests || (a.name < b.name ? -1 : 1));
  }

  /** A shadow declaration that would have acted is not idle. */
  #idle(): string[] {
    const { order, rules, limits } = this.#policy;
    const names = order.map(({ kind, index }) => (kind === "rule" ? rules[index] : limits[index])?.name ?? "");
    return names.filter((name) => !this.#decided.has(name) && !this.#matched.has(name) && !this.#shadow.has(name));
  }
}

const CLASSES = ["", "1xx", "2xx", "3xx", "4xx", "5xx"];

function countOf({ callers, exact }: NamedRow): Count {
  return { count: callers, exact };
}

function namedOf(rows: ReadonlyMap<string, NamedRow>): Named[] {
  return [...rows]
    .map(([name, row]) => ({ name, requests: row.requests, callers: countOf(row) }))
    .sort((a, b) => b.requests - a.requests || (a.name < b.name ? -1 : 1));
}
