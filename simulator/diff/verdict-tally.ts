/** Adds up how two policies decide the same requests, in memory that does not grow with their number. */
import { VERDICTS } from "../../engine/index.ts";
import { detached } from "../../traffic/index.ts";
import { AddressNumbers } from "../replay/address-numbers.ts";
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
  /** Its rank among rows of as many requests. */
  readonly key: string;
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
  readonly #causes: CauseRow[] = [];
  /** Rows of causes by both verdicts, then by what decided under the old policy and under the new one. */
  readonly #causesOf: (Map<string, Map<string, CauseRow>> | undefined)[] = [];
  readonly #routes = new Map<string, Group>();
  readonly #callerNumbers = new AddressNumbers(MOST_CALLERS);
  readonly #callers: Group[] = [];
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
    const affected = changedFirst(this.#callers.values());
    return {
      ...all,
      restated: this.#restated,
      matrix: this.#matrix(),
      causes: this.#causeChanges().slice(0, SHOWN_CAUSES),
      causesCount: { count: this.#causes.length, exact: !this.#causesFull },
      routes: changedFirst(this.#routes.values()),
      callers: affected.slice(0, SHOWN_CALLERS),
      callersAffected: { count: affected.length, exact: !this.#callersFull },
      shadow: this.#shadowChanges(),
    };
  }

  #addCaller(pair: Pair): void {
    const number = this.#callerNumbers.of(pair.caller);
    if (number < 0) this.#callersFull = true;
    else addToGroup((this.#callers[number] ??= newGroup(detached(pair.caller))), pair);
  }

  #addCause(pair: Pair): void {
    const row = this.#causeOf(pair);
    if (row === null) return;
    row.requests++;
    this.#memberships.add(row.callers, pair.caller);
  }

  /** Null where there is no room for another. */
  #causeOf({ old, new: now, example }: Pair): CauseRow | null {
    const before = (this.#causesOf[old.verdict * KINDS + now.verdict] ??= new Map());
    let rows = before.get(old.by);
    if (rows === undefined) before.set(old.by, (rows = new Map()));
    const known = rows.get(now.by);
    if (known !== undefined) return known;
    this.#causesFull ||= this.#causes.length >= MOST_CAUSES;
    if (this.#causesFull) return null;
    const key = `${old.verdict} ${now.verdict} ${JSON.stringify([old.by, now.by])}`;
    const row = {
      key,
      old,
      new: now,
      requests: 0,
      callers: { ips: new Set<string>(), exact: true },
      example: example(),
    };
    rows.set(now.by, row);
    this.#causes.push(row);
    return row;
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
    const rows = this.#causes.toSorted(
      (a, b) => turned(b) - turned(a) || b.requests - a.requests || (a.key < b.key ? -1 : 1),
    );
    return rows.map(({ old, new: now, requests, callers, example }) => ({
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
function changedFirst(groups: Iterable<Group>): Group[] {
  return [...groups]
    .filter(({ changed }) => changed > 0)
    .sort((a, b) => b.changed - a.changed || b.requests - a.requests || (a.name < b.name ? -1 : 1));
}
