/** What a policy is said to cost: room in its tables, and the most work of its conditions. */
import { describe, expect, test } from "vitest";
import { loadPolicyText } from "../../../dsl/index.ts";
import { clientShortages, describeCost, type Policy, type PolicyCost } from "../../../engine/index.ts";
import { exactRate } from "../../../engine/exact-rate.ts";
import { PAGE_BYTES } from "../../../engine/state/arena.ts";
import { AmountKind, makeCharge } from "../../../engine/state/charge.ts";
import { CountTable } from "../../../engine/state/counts.ts";
import { DistinctTable } from "../../../engine/state/distinct.ts";
import { GcraTable } from "../../../engine/state/gcra.ts";
import { LogTable } from "../../../engine/state/logs.ts";
import type { HashTable } from "../../../engine/state/table.ts";
import { hashOf, inArena } from "../../helpers/tables.ts";

const HEAD = `policy "p" {
  owner   "t"
  default allow
  memory  64MB
}
`;

function policyOf(text: string, head = HEAD): Policy {
  const { policy, diagnostics } = loadPolicyText(head + text);
  if (policy === null) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  return policy;
}

function costOf(text: string): PolicyCost {
  return describeCost(policyOf(text));
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

const MINUTE = 60_000_000;
const NOW = 1_000_000;
/** Most charges of the log below. */
const MOST = 100;

/** Declarations, a table of each, and how a key is given as little and as much state as it can have. */
const TABLES: Readonly<
  Record<string, readonly [declared: string, table: (bytes: number) => HashTable, give: Give, most: number]>
> = {
  distinct: [
    'signal it = distinct(header["a"] ?? "") where has client per client over 1m',
    (bytes) => inArena(bytes, (arena, head) => new DistinctTable(MINUTE, arena, head)),
    (table, lo, hi, value) => (table as DistinctTable).record(lo, hi, value, value << 16, NOW),
    17,
  ],
  "an exact limit": [
    `limit it when has client per client allow ${MOST} per 1m exact`,
    (bytes) => inArena(bytes, (arena, head) => new LogTable(false, arena, head)),
    (table, lo, hi) => {
      const charge = makeCharge(AmountKind.exact);
      charge.cost = 1;
      (table as LogTable).ask(lo, hi, MOST, MINUTE, MINUTE, NOW, charge);
      (table as LogTable).charge(charge, MINUTE, NOW);
    },
    MOST,
  ],
  "a limit": [
    "limit it when has client per client allow 5 per 1m",
    (bytes) => inArena(bytes, (arena, head) => new GcraTable(arena, head)),
    (table, lo, hi) => {
      const charge = makeCharge(AmountKind.gcra);
      (table as GcraTable).ask(lo, hi, exactRate({ allow: 5, perMicros: MINUTE, burst: 5 }), 1, NOW, charge);
      (table as GcraTable).charge(charge, NOW);
    },
    1,
  ],
};
type Give = (table: HashTable, lo: number, hi: number, value: number) => void;

const SMALL = HEAD.replace("64MB", "2MB");

describe.each(Object.entries(TABLES))("the table of %s", (_, [declared, make, give, most]) => {
  const { state } = describeCost(policyOf(declared, SMALL));
  const { keys, tableBytes } = state[0]!;

  /** Gives keys state until one is dropped; returns how many had some before. */
  const heldWith = (values: number): number => {
    const table = make(tableBytes);
    for (let key = 0; ; key++) {
      for (let value = 0; value < values; value++) give(table, ...hashOf(key), value);
      if (table.dropped > 0) return key;
    }
  };

  test("holds the keys that it is said to, if each has little", () => {
    const held = heldWith(1);
    expect(held).toBeGreaterThanOrEqual(keys);
    expect(held).toBeLessThan(2.2 * keys);
  });

  test("has room for the clients that it is said to, each with as much as it can have", () => {
    const policy = policyOf(declared, SMALL);
    const [short] = clientShortages({ ...policy, clients: Array(200_000).fill(null) });
    expect(short).toMatchObject({ name: "it", kind: declared.startsWith("limit") ? "limit" : "signal" });
    expect(heldWith(most)).toBeGreaterThanOrEqual(short!.room);
    expect(heldWith(most)).toBeLessThan(2.2 * short!.room);
    expect(clientShortages({ ...policy, clients: Array(short!.room).fill(null) })).toEqual([]);
    expect(clientShortages({ ...policy, clients: Array(short!.room + 1).fill(null) })).toEqual([short]);
  });
});

describe("clients may be more than there is room for", () => {
  const shortagesOf = (text: string): readonly string[] =>
    clientShortages({ ...policyOf(text, SMALL), clients: Array(200_000).fill(null) }).map(
      ({ kind, name }) => `${kind} ${name}`,
    );

  test.each<[string, string, readonly string[]]>([
    ["of a signal by client", "signal it = count where has client per client over 1m", ["signal it"]],
    ["of a signal by client's name", "signal it = count where has client per client.id over 1m", ["signal it"]],
    ["of a signal by client, else address", "signal it = count per client else ip over 1m", ["signal it"]],
    ["but not of one by address", "signal it = count per ip over 1m", []],
    ["but not of one by client and address", "signal it = count where has client per client, ip over 1m", []],
    ["but not of one by header, else client", 'signal it = count per header["a"] else client else ip over 1m', []],
    ["of a ban", "rule it when has client and query.count > 3 then block for 1h per client", ["ban it"]],
    ["but not of a ban by address", "rule it when has client and query.count > 3 then block for 1h per ip", []],
    ["but not of a block", "rule it when has client and query.count > 3 then block", []],
    ["nor of what blocks nothing", 'rule it when has client and query.count > 3 then note "it"', []],
    [
      "of what is declared after others",
      "signal a = count per ip over 1m\nlimit b when has client per client allow 1 per 1s\nrule c when has client and a > 1 then block for 1h per client",
      ["limit b", "ban c"],
    ],
  ])("%s", (_, text, expected) => {
    expect(shortagesOf(text)).toEqual(expected);
  });

  test("and bans share their room", () => {
    const rooms = (...keys: readonly string[]): readonly number[] => {
      const rules = keys.map(
        (key, index) => `rule r${index} when has client and query.count > ${index} then block for 1h per ${key}`,
      );
      const policy = policyOf(rules.join("\n"), SMALL);
      return clientShortages({ ...policy, clients: Array(200_000).fill(null) }).map(({ room }) => room);
    };
    const [alone] = rooms("client");
    expect(rooms("client", "ip", "client")).toEqual([Math.floor(alone! / 2), Math.floor(alone! / 2)]);
  });
});

test("the longer the entries of an interval, the fewer there are", () => {
  const lengths = Array.from({ length: 32 }, (_, index) => index + 2);
  const keys = lengths.map((events) => costOf(`signal it = interval(${events}) per ip over 1m`).state[0]!.keys);
  expect(keys).toEqual(keys.toSorted((left, right) => right - left));
});

test("every signal and every mode of a limit has a table, and bans one", () => {
  const tablesOf = (text: string): number => costOf(text).tables;
  const limit = "limit it per ip allow 1 per 1s\n";
  expect(tablesOf("")).toBe(1);
  expect(tablesOf("signal a = count per ip over 1m\nsignal b = count per host over 1m")).toBe(3);
  expect(
    ["on", "shadow", "off", "canary 10% per ip"].map((mode) => tablesOf(`${limit}rollout { it ${mode} }`)),
  ).toEqual([2, 2, 1, 3]);
});

test("work is that of conditions, amounts and keys, wherever they stand", () => {
  const works = (text: string): unknown =>
    costOf(text).work.map(({ kind, name, steps, perCharacter }) => [kind, name, steps, perCharacter]);
  const [[, , count]] = works("signal s = count per ip over 1m") as [[string, string, number]];
  const more = (text: string): number => (works(text) as [[string, string, number]])[0][2] - count;
  expect(more("signal s = count where query.count > 5 per ip over 1m")).toBe(2);
  expect(more("signal s = share(query.count > 5) per ip over 1m")).toBe(2);
  expect(more('signal s = distinct(header["a"] ?? "") per ip over 1m')).toBeGreaterThan(1);
  expect(more("signal s = overflow(1 per 10s burst 5) per ip over 1m")).toBe(0);
  expect(more('signal s = count per ip, header["a"] else host over 1m')).toBeGreaterThan(0);
  const [[, , plain]] = works("limit l per ip allow 1 per 1s") as [[string, string, number]];
  const [[, , costly]] = works("limit l per ip allow 1 per 1s cost query.count") as [[string, string, number]];
  expect(costly).toBe(plain + 1);
  const [[kind, , own]] = works("limit l when has client per client allow client.rate ?? 1 per 1s") as [
    [string, string, number],
  ];
  const [[, , same]] = works("limit l when has client per client allow 1 per 1s") as [[string, string, number]];
  expect([kind, own]).toEqual(["limit", same + 1]);
  const [[, , block]] = works("rule r when query.count > 5 then block") as [[string, string, number]];
  const [[, , ban]] = works("rule r when query.count > 5 then block for 1h per ip") as [[string, string, number]];
  expect(ban).toBeGreaterThan(block);
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

test("a let counts once in a declaration, and a signal as all that is read of it", () => {
  const more = "let large = query.count > 5\nsignal all = count per ip over 1m";
  expect(workOf("large and all > 3", more)).toEqual([2 + 17 + 1, 0]);
  expect(workOf("large or (large and all > 3)", more)).toEqual([2 + 1 + 17 + 1, 0]);
});

test("lets and classes that read one another twice are settled once", () => {
  const lets = Array.from({ length: 60 }, (_, index) => `let l${index + 1} = l${index} or l${index}`).join("\n");
  const [steps] = workOf("l60", `let l0 = query.count > 5\n${lets}`);
  expect(steps).toBe(2 + 60);
  const classes = Array.from(
    { length: 60 },
    (_, at) => `class c${at + 1} = a when c${at} is a, b when c${at} is b, else c`,
  ).join("\n");
  const [chained] = workOf("c60 is a", `class c0 = a when query.count > 5, else b\n${classes}`);
  expect(chained).toBeLessThan(60 * 8);
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
