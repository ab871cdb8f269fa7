/** Adds up the decisions of a replay, in memory that does not grow with the log. */
import type { Decision, Policy, Verdict } from "../engine/index.ts";
import type { RequestRecord } from "../traffic/index.ts";
import type { CallerSet } from "./replay-callers.ts";
import { CallerTable, countOf, cut, MOST_CALLERS, Memberships, noVerdicts } from "./replay-callers.ts";
import type { AffectedCaller, Count, DecidedBy, Example, Named, VerdictCounts } from "./replay-result.ts";

/** Callers reported one by one. */
const TOP_CALLERS = 20;

interface DecidedRow {
  readonly kind: DecidedBy["kind"];
  readonly because: string;
  readonly verdicts: Record<Verdict, number>;
  readonly callers: CallerSet;
  readonly answered: Record<string, number>;
  readonly example: Example;
}

interface NamedRow {
  requests: number;
  readonly callers: CallerSet;
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
  readonly line: number;
  readonly at: number;
  readonly record: RequestRecord;
  readonly decision: Decision;
}

/** Adds up decisions one by one. All its tables are bounded: by the policy's names, and by `mostCallers`. */
export class ReplayTally {
  readonly #policy: Policy;
  readonly #kinds: ReadonlyMap<string, "rule" | "limit">;
  readonly #callers: CallerTable;
  readonly #memberships = new Memberships();
  readonly #verdicts = noVerdicts();
  readonly #decided = new Map<string, DecidedRow>();
  readonly #matched = new Map<string, NamedRow>();
  readonly #labels = new Map<string, NamedRow>();
  readonly #shadow = new Map<string, NamedRow>();
  #requests = 0;

  constructor(policy: Policy, mostCallers: number = MOST_CALLERS) {
    this.#policy = policy;
    this.#callers = new CallerTable(mostCallers);
    this.#kinds = new Map([
      ...policy.rules.map(({ name }) => [name, "rule"] as const),
      ...policy.limits.map(({ name }) => [name, "limit"] as const),
    ]);
  }

  add(decided: Decided): void {
    const { decision, record, at } = decided;
    const { ip, headers } = record.request;
    this.#requests++;
    this.#verdicts[decision.verdict]++;
    const by = decision.by ?? decision.reason;
    this.#callers.add(ip, decision.verdict, by, headers["user-agent"] ?? "", at);
    if (decision.verdict !== "allow") this.#addDecided(by, decided);
    for (const name of decision.matched) this.#addNamed(this.#matched, name, ip);
    for (const name of decision.labels) this.#addNamed(this.#labels, name, ip);
    for (const name of decision.shadow) this.#addNamed(this.#shadow, name, ip);
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

  #addDecided(by: string, decided: Decided): void {
    const { decision, record } = decided;
    const row = this.#decided.get(by) ?? this.#openDecided(by, decided);
    row.verdicts[decision.verdict]++;
    this.#memberships.add(row.callers, record.request.ip);
    const status = record.response === null ? "none" : `${Math.floor(record.response.outcome.status / 100)}xx`;
    row.answered[status] = (row.answered[status] ?? 0) + 1;
  }

  #openDecided(by: string, decided: Decided): DecidedRow {
    const { line, at, record, decision } = decided;
    const { ip, method, path, headers } = record.request;
    const example = { line, at, ip, method, path: cut(path), agent: cut(headers["user-agent"] ?? "") };
    const kind = decision.by === null ? "none" : (this.#kinds.get(by) ?? "none");
    const because = decision.reason === by ? "" : decision.reason;
    const row: DecidedRow = { kind, because, verdicts: noVerdicts(), callers: noCallers(), answered: {}, example };
    this.#decided.set(by, row);
    return row;
  }

  #addNamed(rows: Map<string, NamedRow>, name: string, ip: string): void {
    let row = rows.get(name);
    if (row === undefined) rows.set(name, (row = { requests: 0, callers: noCallers() }));
    row.requests++;
    this.#memberships.add(row.callers, ip);
  }

  #decidedBy(): DecidedBy[] {
    const rows = [...this.#decided].map(([name, row]) => {
      const requests = Object.values(row.verdicts).reduce((sum, count) => sum + count, 0);
      return { ...row, name, requests, callers: countOf(row.callers) };
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

function noCallers(): CallerSet {
  return { ips: new Set(), exact: true };
}

function namedOf(rows: ReadonlyMap<string, NamedRow>): Named[] {
  return [...rows]
    .map(([name, { requests, callers }]) => ({ name, requests, callers: countOf(callers) }))
    .sort((a, b) => b.requests - a.requests || (a.name < b.name ? -1 : 1));
}
