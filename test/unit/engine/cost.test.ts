/** What a policy is said to cost: room in its tables, and the most work of its conditions. */
import { expect, test } from "vitest";
import { loadPolicyText } from "../../../dsl/index.ts";
import { describeCost, type PolicyCost } from "../../../engine/index.ts";
import { PAGE_BYTES } from "../../../engine/state/arena.ts";
import { CountTable } from "../../../engine/state/counts.ts";
import { hashOf, inArena } from "../../helpers/tables.ts";

const HEAD = `policy "p" {
  owner   "t"
  default allow
  memory  64MB
}
`;

function costOf(text: string): PolicyCost {
  const { policy, diagnostics } = loadPolicyText(HEAD + text);
  if (policy === null) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return describeCost(policy);
}

function workOf(when: string, more = ""): readonly [steps: number, perCharacter: number] {
  const { work } = costOf(`${more}\nrule it when ${when} then block\n`);
  const found = work.find(({ name }) => name === "it");
  return [found?.steps ?? NaN, found?.perCharacter ?? NaN];
}

test("the memory is shared by the tables, and a table holds the keys that it is said to", () => {
  const { state, tables, memoryBytes } = costOf(`signal all = count per ip over 1m
limit pace  per ip allow 1 per 1s
limit trial per ip allow 2 per 1s
rule plain when all > 9 then block
rollout { trial canary 10% per ip }
`);
  // The signal, the limit, the canary's two modes, and the bans.
  expect([tables, memoryBytes]).toEqual([5, 64 * 2 ** 20]);
  const [all] = state;
  if (all === undefined) throw new Error("no state");
  // Whole pages, of the memory less those that the state has for itself.
  expect(all.tableBytes).toBe(Math.floor((memoryBytes / PAGE_BYTES - 3) / tables) * PAGE_BYTES);
  const table = inArena(all.tableBytes, (arena, head) => new CountTable(60_000_000, arena, head));
  for (let key = 0; key < all.keys; key++) table.record(...hashOf(key), 1_000_000);
  expect(table.dropped).toBe(0);
  let held = all.keys;
  while (table.dropped === 0) table.record(...hashOf(++held), 1_000_000);
  expect(held).toBeLessThan(1.4 * all.keys);
});

test.each([
  ["a comparison of numbers", "query.count > 5", [2, 0]],
  ["a text compared with a literal goes no further than that", '(header["a"] ?? "") == "abcd"', [7, 0]],
  ["two texts are compared to the end", '(header["a"] ?? "") == (header["b"] ?? "")', [5, 1]],
  ["a long set costs no more than its hash", '(header["a"] ?? "") in ["a", "b", "c", "d"]', [3, 1]],
  ["networks cost a look-up for each length of prefix", "ip in [10.0.0.0/8, 11.0.0.0/8, 12.0.0.0/16]", [3, 0]],
  ["a pattern costs its instructions for each character", '(header["a"] ?? "") matches /^ab$/', [3, 5]],
  ["both sides of and", "query.count > 5 and query.count < 9", [4, 0]],
])("%s", (_, when, expected) => {
  expect(workOf(when)).toEqual(expected);
});

test("a let counts wherever it is read, and a signal as all that is read of it", () => {
  const more = "let large = query.count > 5\nsignal all = count per ip over 1m";
  expect(workOf("large and all > 3", more)).toEqual([2 + 17 + 1, 0]);
  expect(workOf("large or (large and all > 3)", more)).toEqual([2 + 2 + 17 + 1, 0]);
});

test("lets that double do not take long", () => {
  const lets = Array.from({ length: 60 }, (_, index) => `let l${index + 1} = l${index} or l${index}`).join("\n");
  const [steps] = workOf("l60", `let l0 = query.count > 5\n${lets}`);
  expect(steps).toBe(2 ** 60 * 2);
});

test("the total is that of all declarations", () => {
  const { work, total } = costOf(`signal all = count per header["a"] else ip over 1m
score heat {
  +10 when all > 3
}
rule hot when heat > 5 then block
`);
  expect(work.map(({ kind, name }) => `${kind} ${name}`)).toEqual(["signal all", "score heat", "rule hot"]);
  expect(total).toEqual({
    steps: work.reduce((sum, { steps }) => sum + steps, 0),
    perCharacter: work.reduce((sum, { perCharacter }) => sum + perCharacter, 0),
  });
});
