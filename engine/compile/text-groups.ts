/**
 * Groups tests of a text that the index leaves to be tested one by one: those under `not`, in long disjunctions, of what is
 * recorded later. Many of one slot look for their texts in one pass.
 */
import { LiteralSearch } from "../facts/literal-search.ts";
import { TextGroup } from "../facts/text-group.ts";
import { DispatchKind } from "../layout.ts";
import { type Axes, searchedBy } from "./axes.ts";

/** Fewer tests than this of one slot gain nothing by a pass of their own. */
const FEWEST_GROUPED = 16;

export interface TextGroups {
  readonly groups: readonly TextGroup[];
  /** Group of each condition, or -1. */
  readonly groupOf: Int32Array;
  /** What condition c looks for, as indices in its group: from `starts[c]` to `starts[c + 1]`. */
  readonly starts: Int32Array;
  readonly indices: Int32Array;
}

interface Member {
  readonly condition: number;
  readonly texts: readonly string[];
}

/** @param asked - Literals that can be tested by themselves, or of which parts can. */
export function groupTexts(axes: Axes, asked: Iterable<number>): TextGroups {
  const bySlot = new Map<string, Member[]>();
  for (const condition of reachedFrom(axes, asked)) {
    const search = searchedBy(axes.pool, axes.conditions.tests[condition]!);
    if (search === null) continue;
    const name = `${search.kind} ${search.slot}`;
    const members = bySlot.get(name) ?? [];
    bySlot.set(name, members);
    members.push({ condition, texts: search.keys.map(String) });
  }
  const count = axes.conditions.tests.length;
  const groupOf = new Int32Array(count).fill(-1);
  const indicesOf = Array<readonly number[]>(count).fill([]);
  const groups: TextGroup[] = [];
  for (const [name, members] of bySlot) {
    if (members.length < FEWEST_GROUPED) continue;
    const places = new Map<string, number>();
    for (const { condition, texts } of members) {
      for (const text of texts) if (!places.has(text)) places.set(text, places.size);
      groupOf[condition] = groups.length;
      indicesOf[condition] = texts.map((text) => places.get(text)!);
    }
    const folded = name.startsWith(`${DispatchKind.containedFolded} `);
    groups.push(new TextGroup(new LiteralSearch([...places.keys()], [...places.values()], folded)));
  }
  const starts = new Int32Array(count + 1);
  for (const [condition, { length }] of indicesOf.entries()) starts[condition + 1] = starts[condition]! + length;
  return { groups, groupOf, starts, indices: Int32Array.from(indicesOf.flat()) };
}

/** Conditions that literals are, or are made of, each once and in order. */
function reachedFrom({ conditions }: Axes, literals: Iterable<number>): readonly number[] {
  const reached = new Set<number>();
  const open = [...literals];
  for (let literal = open.pop(); literal !== undefined; literal = open.pop()) {
    const condition = literal >> 1;
    if (literal < 0 || reached.has(condition)) continue;
    reached.add(condition);
    for (const item of conditions.itemsOf(condition) ?? []) open.push(item);
  }
  return [...reached].sort((a, b) => a - b);
}
