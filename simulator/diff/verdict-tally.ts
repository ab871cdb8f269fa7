/** Adds up how two policies decide the same requests, in memory that does not grow with their number. */
import { VERDICTS } from "../../engine/index.ts";
import { type CallerSet, countOf, Memberships } from "../replay/caller-sets.ts";
import type {
  CauseChange,
  GroupChange,
  MatrixCell,
  RequestExample,
  ShadowChange,
  VerdictChanges,
} from "./diff-result.ts";
import { causeOf, isRestated, type SideDecision, turnsAway } from "./side-decision.ts";

/** Callers told apart; changes of later ones are counted in the totals alone. */
const MOST_CALLERS = 100_000;
/** Pairs of causes told apart. */
const MOST_CAUSES = 10_000;
const SHOWN_CAUSES = 100;
const SHOWN_CALLERS = 20;
const KINDS = VERDICTS.length;

/** One request and what both policies made of it. */
export interface Pair {
  readonly old: SideDecision;
  readonly new: SideDecision;
  /** Who sent it, as the table of callers names them. */
  readonly caller: string;
  /** What {@link RequestExample} holds; asked for only where it is kept. */
  readonly example: () => RequestExample;
}

/** Counts of one group, filled in. */
export type Group = { -readonly [Member in keyof GroupChange]: GroupChange[Member] };

interface CauseRow {
  readonly old: SideDecision;
  readonly new: SideDecision;
  requests: number;
  readonly callers: CallerSet;
  readonly example: RequestExample;
}

export function newGroup(name: string): Group {
  return { name, requests: 0, changed: 0, newlyRefused: 0, newlyAdmitted: 0 };
}

/** Counts a pair in a group. */
export function addToGroup(group: Group, { old, new: now }: Pick<Pair, "old" | "new">): void {
  group.requests++;
  if (old.verdict === now.verdict) return;
  group.changed++;
  if (turnsAway(old, now)) group.newlyRefused++;
  if (turnsAway(now, old)) group.newlyAdmitted++;
}

export class VerdictTally {
  readonly #all = newGroup("");
  readonly #cells = new Float64Array(KINDS * KINDS);
  readonly #causes = new Map<string, CauseRow>();
  readonly #routes = new Map<string, Group>();
  readonly #callers = new Map<string, Group>();
  readonly #shadow = new Map<string, { old: number; new: number }>();
  readonly #memberships = new Memberships();
  #restated = 0;
  #causesFull = false;
  #callersFull = false;

  add(pair: Pair): void {
    const { old, new: now } = pair;
    addToGroup(this.#all, pair);
    const cell = old.verdict * KINDS + now.verdict;
    this.#cells[cell] = (this.#cells[cell] ?? 0) + 1;
    addToGroup(groupOf(this.#routes, routeName(old.route, now.route)), pair);
    this.#addCaller(pair);
    if (isRestated(old, now)) this.#restated++;
    if (old.verdict !== now.verdict || old.by !== now.by) this.#addCause(pair);
    for (const name of old.shadow) this.#shadowOf(name).old++;
    for (const name of now.shadow) this.#shadowOf(name).new++;
  }

  finish(): VerdictChanges {
    const { name: _name, ...all } = this.#all;
    const affected = changedFirst(this.#callers);
    return {
      ...all,
      restated: this.#restated,
      matrix: this.#matrix(),
      causes: this.#causeChanges().slice(0, SHOWN_CAUSES),
      causesCount: { count: this.#causes.size, exact: !this.#causesFull },
      routes: changedFirst(this.#routes),
      callers: affected.slice(0, SHOWN_CALLERS),
      callersAffected: { count: affected.length, exact: !this.#callersFull },
      shadow: this.#shadowChanges(),
    };
  }

  #addCaller(pair: Pair): void {
    const { caller } = pair;
    if (!this.#callers.has(caller) && this.#callers.size >= MOST_CALLERS) this.#callersFull = true;
    else addToGroup(groupOf(this.#callers, caller), pair);
  }

  #addCause(pair: Pair): void {
    const { old, new: now } = pair;
    const key = `${old.verdict} ${now.verdict} ${JSON.stringify([old.by, now.by])}`;
    let row = this.#causes.get(key);
    if (row === undefined) {
      this.#causesFull ||= this.#causes.size >= MOST_CAUSES;
      if (this.#causesFull) return;
      row = { old, new: now, requests: 0, callers: { ips: new Set(), exact: true }, example: pair.example() };
      this.#causes.set(key, row);
    }
    row.requests++;
    this.#memberships.add(row.callers, pair.caller);
  }

  #shadowOf(name: string): { old: number; new: number } {
    let counts = this.#shadow.get(name);
    if (counts === undefined) this.#shadow.set(name, (counts = { old: 0, new: 0 }));
    return counts;
  }

  #matrix(): MatrixCell[] {
    const cells: MatrixCell[] = [];
    for (const [from, old] of VERDICTS.entries()) {
      for (const [to, now] of VERDICTS.entries()) {
        const requests = this.#cells[from * KINDS + to] ?? 0;
        if (requests > 0) cells.push({ old, new: now, requests });
      }
    }
    return cells;
  }

  /** Changes of verdict before those of the cause alone. */
  #causeChanges(): CauseChange[] {
    const rows = [...this.#causes].sort(
      ([a, x], [b, y]) => turned(y) - turned(x) || y.requests - x.requests || (a < b ? -1 : 1),
    );
    return rows.map(([, { old, new: now, requests, callers, example }]) => ({
      ...{ old: causeOf(old), new: causeOf(now), requests, callers: countOf(callers), example },
    }));
  }

  #shadowChanges(): ShadowChange[] {
    return [...this.#shadow]
      .filter(([, counts]) => counts.old !== counts.new)
      .map(([name, counts]) => ({ name, ...counts }))
      .sort((a, b) => Math.abs(b.new - b.old) - Math.abs(a.new - a.old) || (a.name < b.name ? -1 : 1));
  }
}

function turned({ old, new: now }: CauseRow): number {
  return old.verdict === now.verdict ? 0 : 1;
}

function routeName(old: string, now: string): string {
  const [was, is] = [old === "" ? "no route" : old, now === "" ? "no route" : now];
  return was === is ? is : `${was} → ${is}`;
}

function groupOf(groups: Map<string, Group>, name: string): Group {
  let group = groups.get(name);
  if (group === undefined) groups.set(name, (group = newGroup(name)));
  return group;
}

/** Groups with a change, most first. */
function changedFirst(groups: ReadonlyMap<string, Group>): Group[] {
  return [...groups.values()]
    .filter(({ changed }) => changed > 0)
    .sort((a, b) => b.changed - a.changed || b.requests - a.requests || (a.name < b.name ? -1 : 1));
}
