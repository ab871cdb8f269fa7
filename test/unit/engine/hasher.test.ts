/** Hashes of keys and values of a request: those of the reference's words under the engine's key, remembered while they hold. */
import { describe, expect, test } from "vitest";
import { readRequest } from "../../../engine/facts/read-request.ts";
import type { Context } from "../../../engine/facts/context.ts";
import { RESERVED } from "../../../engine/hash.ts";
import { Hasher } from "../../../engine/hasher.ts";
import type { Key, KeyPart, Policy, Request, ScalarType } from "../../../engine/index.ts";
import { makeRequest } from "../../../engine/request.ts";
import { halfSipHash, textWords, valueWords } from "../../../engine/reference/hash.ts";
import { contextOf } from "../../helpers/contexts.ts";
import { attributeOf, makeLimit, makePolicy } from "../../helpers/policies.ts";

const SEED = [0x1234, -5] as const;
const RATE = { allow: 1, perMicros: 1, burst: 1 };
const HOST = attributeOf("string", "host");
const KIND = attributeOf("string", "header", "x-kind");
const IP = attributeOf("ip", "ip");
const CLIENT = attributeOf("string", "client");

type Words = readonly number[];

interface Asked {
  readonly c: Context;
  readonly hasher: Hasher;
  /** Number of the key of each limit. */
  readonly keys: readonly number[];
}

function ask(keys: readonly (readonly Key[])[], request: Partial<Request>, parts: Partial<Policy> = {}): Asked {
  const limits = keys.map((each, index) => makeLimit(`l${index}`, RATE, { keys: each }));
  const c = contextOf(makePolicy({ limits, ...parts }));
  const asked = { c, hasher: new Hasher(c, SEED), keys: c.program.limits.map(({ key }) => key) };
  next(asked, request);
  return asked;
}

function next({ c }: Asked, request: Partial<Request>): void {
  readRequest(c, makeRequest(request));
}

/** A key's hash, or null where a part is missing. */
function keyHash({ c, hasher, keys }: Asked, limit = 0): readonly number[] | null {
  const key = keys[limit] as number;
  return hasher.key(key) ? [(c.keyLo[key] as number) >>> 0, (c.keyHi[key] as number) >>> 0] : null;
}

function partsHash({ hasher, keys }: Asked, values: readonly KeyPart[], limit = 0): readonly number[] | null {
  return hasher.parts(keys[limit] as number, values) ? [hasher.out.lo >>> 0, hasher.out.hi >>> 0] : null;
}

/** The hash of a key of these words: a stranger's unless it is said to be a client's. */
function hashed(words: Words, ofClient = false): readonly number[] {
  const [lo, hi] = halfSipHash([...words], [...SEED]);
  const cleared = ((lo & ~RESERVED) | (ofClient ? RESERVED : 0)) >>> 0;
  return [cleared === 0 && hi === 0 ? 2 : cleared, hi];
}

const one = (...options: Key["options"]): readonly Key[] => [{ options }];

describe("a key", () => {
  test.each<[string, readonly Key[], Partial<Request>, Words]>([
    ["of one text is its words alone", one(HOST), { host: "a.example" }, textWords("a.example")],
    ["of an empty text has its length", one(HOST), { host: "" }, textWords("")],
    ["of an address is its words", one(IP), { ip: "10.0.0.1" }, valueWords("ip", "10.0.0.1")],
    [
      "of a network has its length too",
      one(attributeOf("network", "ip.network", 24, 64)),
      { ip: "10.1.2.3" },
      valueWords("network", "10.1.2.0/24"),
    ],
    ["of a number is its words", one(attributeOf("int", "query.count")), { path: "/?a&b" }, valueWords("int", 2)],
    [
      "of a truth is one word",
      one(attributeOf("bool", "path.ambiguous")),
      { path: "/a%2fb" },
      valueWords("bool", true),
    ],
    ["of a part of a text is that part's", one(attributeOf("path", "path")), { path: "/ab?c" }, textWords("/ab")],
    ["of options has the number of the first that is there", one(KIND, HOST), { host: "h" }, [1, ...textWords("h")]],
    [
      "of options has number 0 where the first is there",
      one(KIND, HOST),
      { headers: { "x-kind": "k" } },
      [0, ...textWords("k")],
    ],
    [
      "of parts has those of each",
      [...one(HOST), ...one(IP)],
      { host: "h", ip: "10.0.0.1" },
      [0, ...textWords("h"), 0, ...valueWords("ip", "10.0.0.1")],
    ],
  ])("%s", (_, keys, request, words) => {
    expect(keyHash(ask([keys], request))).toEqual(hashed(words));
  });

  test("is none where a part is missing, however often it is asked", () => {
    const asked = ask([one(KIND), [...one(HOST), ...one(KIND)], one(KIND, KIND)], {});
    for (const limit of [0, 1, 2, 0, 1, 2]) expect(keyHash(asked, limit)).toBeNull();
    next(asked, { headers: { "x-kind": "k" } });
    expect([keyHash(asked, 0), keyHash(asked, 1)]).toEqual([
      hashed(textWords("k")),
      hashed([0, ...textWords(""), 0, ...textWords("k")]),
    ]);
  });

  test("is of the request at hand, and asked for once", () => {
    const asked = ask([one(HOST), one(HOST), [...one(HOST), ...one(IP)]], { host: "a" });
    expect([keyHash(asked, 0), keyHash(asked, 1)]).toEqual([hashed(textWords("a")), hashed(textWords("a"))]);
    const { c, keys } = asked;
    c.keyLo[keys[0] as number] = 77;
    expect(keyHash(asked, 0)?.[0]).toBe(77);
    next(asked, { host: "b" });
    expect(keyHash(asked, 0)).toEqual(hashed(textWords("b")));
  });
});

describe("values that are given", () => {
  test.each<[string, ScalarType, Key["options"][number], KeyPart["value"]]>([
    ["a text", "string", HOST, "h"],
    ["an address", "ip", IP, "10.0.0.1"],
    ["a network", "network", attributeOf("network", "ip.network", 24, 64), "10.1.2.0/24"],
    ["a number", "int", attributeOf("int", "query.count"), 7],
    ["a truth", "bool", attributeOf("bool", "path.ambiguous"), true],
    ["an untruth", "bool", attributeOf("bool", "path.ambiguous"), false],
  ])("of a key that is %s have its hash", (_, type, option, value) => {
    const asked = ask([one(option), one(KIND, option)], {});
    expect(partsHash(asked, [{ option: 0, value }])).toEqual(hashed(valueWords(type, value as string)));
    expect(partsHash(asked, [{ option: 1, value }], 1)).toEqual(hashed([1, ...valueWords(type, value as string)]));
  });

  test("of a key of parts have that of a request which has them", () => {
    const keys = [...one(HOST), ...one(KIND, IP)];
    const asked = ask([keys], { host: "h", ip: "10.0.0.1" });
    const values = [
      { option: 0, value: "h" },
      { option: 1, value: "10.0.0.1" },
    ];
    expect(partsHash(asked, values)).toEqual(keyHash(asked));
  });

  test("are refused where they are not all of the key's, or not of its types", () => {
    const asked = ask([[...one(HOST), ...one(IP)], one(attributeOf("network", "ip.network", 24, 64))], {});
    const host = { option: 0, value: "h" };
    expect(partsHash(asked, [host])).toBeNull();
    expect(partsHash(asked, [host, host, host])).toBeNull();
    expect(partsHash(asked, [host, { option: 0, value: null }])).toBeNull();
    expect(partsHash(asked, [host, { option: 1, value: "10.0.0.1" }])).toBeNull();
    expect(
      partsHash(asked, [
        { option: 1, value: "h" },
        { option: 0, value: "10.0.0.1" },
      ]),
    ).toBeNull();
    expect(partsHash(asked, [host, { option: 0, value: "nowhere" }])).toBeNull();
    expect(partsHash(asked, [{ option: 0, value: "nowhere" }], 1)).toBeNull();
    expect(partsHash(asked, [host, { option: 0, value: "10.0.0.1" }])).not.toBeNull();
  });
});

test("a slot's value has a hash of its own, which is none where it is missing and remembered else", () => {
  const asked = ask([one(HOST), one(KIND)], { host: "h" });
  const { c, hasher } = asked;
  const slotOf = (limit: number): number => {
    const { slots, options, parts } = c.program.keys;
    return slots[options[parts[asked.keys[limit] as number] as number] as number] as number;
  };
  expect([hasher.slot(slotOf(0)), hasher.slot(slotOf(1))]).toEqual([true, false]);
  hasher.slot(slotOf(0));
  expect([hasher.out.lo >>> 0, hasher.out.hi >>> 0]).toEqual(halfSipHash([...textWords("h")], [...SEED]));
  c.texts[slotOf(0)] = "other";
  expect([hasher.slot(slotOf(0)), hasher.out.lo >>> 0]).toEqual([true, halfSipHash([...textWords("h")], [...SEED])[0]]);
  next(asked, { host: "other" });
  hasher.slot(slotOf(0));
  expect([hasher.out.lo >>> 0, hasher.out.hi >>> 0]).toEqual(halfSipHash([...textWords("other")], [...SEED]));
});

describe("clients of the inventory", () => {
  const clients = ["ann", "bob", "eve"].map((id) => ({
    id,
    kind: "service",
    purpose: "",
    owner: { team: "t", accountable: null },
    environment: "",
    status: "active",
    plan: "",
    expires: null,
    reviewBy: null,
    rate: null,
    operations: [],
    scopes: [],
    networks: [],
    tags: [],
    labels: {},
    expect: {},
    credentials: [],
  }));
  const KEYS = [
    one(CLIENT),
    one(CLIENT, IP),
    one(HOST),
    [...one(CLIENT), ...one(HOST)],
    [...one(CLIENT), ...one(CLIENT)],
  ];

  test("have keys by the client alone that are told from those of strangers", () => {
    const asked = ask(KEYS, { client: "bob", host: "h" }, { clients });
    const bob = textWords("bob");
    const expected = [
      hashed(bob, true),
      hashed([0, ...bob], true),
      hashed(textWords("h")),
      hashed([0, ...bob, 0, ...textWords("h")]),
      hashed([0, ...bob, 0, ...bob], true),
    ];
    for (let times = 0; times < 2; times++) {
      expect(KEYS.map((_, limit) => keyHash(asked, limit))).toEqual(expected);
      next(asked, { client: "bob", host: "h" });
    }
    next(asked, { client: "eve", host: "h" });
    expect(keyHash(asked, 0)).toEqual(hashed(textWords("eve"), true));
    next(asked, { client: "ann", host: "h" });
    expect(keyHash(asked, 1)).toEqual(hashed([0, ...textWords("ann")], true));
  });

  test("are told apart whether the key is asked of a request or by its values", () => {
    const asked = ask(KEYS, { client: "bob", host: "h" }, { clients });
    const bob = { option: 0, value: "bob" };
    expect([partsHash(asked, [bob]), partsHash(asked, [bob], 1)]).toEqual([keyHash(asked, 0), keyHash(asked, 1)]);
    expect(partsHash(asked, [{ option: 0, value: "h" }], 2)).toEqual(keyHash(asked, 2));
    expect(partsHash(asked, [{ option: 1, value: "10.0.0.1" }], 1)).toEqual(
      hashed([1, ...valueWords("ip", "10.0.0.1")]),
    );
  });

  test("a stranger's keys are none of a client's", () => {
    const asked = ask(KEYS, { ip: "10.0.0.1", host: "h" }, { clients });
    expect(KEYS.map((_, limit) => keyHash(asked, limit))).toEqual([
      null,
      hashed([1, ...valueWords("ip", "10.0.0.1")]),
      hashed(textWords("h")),
      null,
      null,
    ]);
  });

  test("have keys by the client alone that are worked out once, each client's and each key's by itself", () => {
    // As if the inventory said otherwise from the second request on.
    const renamed = clients.map((each) => ({ ...each }));
    const asked = ask(KEYS, { client: "ann", host: "h" }, { clients: renamed });
    const ids = ["ann", "bob", "eve"];
    const all = (): readonly unknown[] =>
      ids.map((client) => {
        next(asked, { client, host: "h" });
        return [0, 1, 4].map((limit) => keyHash(asked, limit));
      });
    const first = all();
    expect(new Set(first.flat().map(String)).size).toBe(9);
    for (const each of renamed) each.id = "other";
    expect(all()).toEqual(first);
    next(asked, { client: "ann", host: "h" });
    expect(keyHash(asked, 3)).toEqual(hashed([0, ...textWords("other"), 0, ...textWords("h")]));
  });

  test("are none where another option of some part is given", () => {
    const either = one(CLIENT, IP);
    const asked = ask([[...either, ...either]], {}, { clients });
    const [bob, ip] = [
      { option: 0, value: "bob" },
      { option: 1, value: "10.0.0.1" },
    ];
    const words = [0, ...textWords("bob"), 1, ...valueWords("ip", "10.0.0.1")];
    expect([partsHash(asked, [bob, ip]), partsHash(asked, [bob, bob])]).toEqual([
      hashed(words),
      hashed([0, ...textWords("bob"), 0, ...textWords("bob")], true),
    ]);
  });
});
