/** The context is fit for use again and again: nothing of a request is taken for the next one's. */
import { expect, test } from "vitest";
import { type Context, WHOLE } from "../../../../engine/facts/context.ts";
import { contextOf } from "../../../helpers/contexts.ts";
import { attributeOf, makeLimit, makePolicy } from "../../../helpers/policies.ts";

const LAST_EPOCH = 0x3fffffff;

function make(): Context {
  const options = [attributeOf("ip", "ip"), attributeOf("string", "host")];
  const rate = { allow: 1, perMicros: 1, burst: 1 };
  return contextOf(makePolicy({ limits: [makeLimit("l", rate, { keys: [{ options }] }), makeLimit("m", rate)] }));
}

test("has a place for each slot, condition and key of its program", () => {
  const c = make();
  const slots = c.program.slots.op.length;
  const keys = c.program.keys.parts.length - 1;
  expect([slots > 1, keys]).toEqual([true, 2]);
  for (const column of [
    c.stamps,
    c.numbers,
    c.texts,
    c.starts,
    c.ends,
    c.sets,
    c.rates,
    c.hashStamps,
    c.hashLo,
    c.hashHi,
  ])
    expect(column.length).toBe(slots);
  for (const column of [c.keyStamps, c.keyLo, c.keyHi]) expect(column.length).toBe(keys);
  expect([c.words.length, c.readers.length, c.tests.length]).toEqual([5 * slots, slots, c.settled.length]);
  expect([c.texts[0], c.ends[0], c.sets[0], c.rates[0], c.round, c.now]).toEqual(["", WHOLE, [], null, 0, 0]);
});

test("each request is of an epoch of its own, until they begin again", () => {
  const c = make();
  c.turn();
  c.turn();
  expect([c.epoch, c.round]).toEqual([2, 0]);
  const stamps = [c.stamps, c.settled, c.keyStamps, c.hashStamps];
  for (const each of stamps) each.fill(2);
  c.graphqlEpoch = 2;
  c.epoch = LAST_EPOCH - 2;
  c.turn();
  expect([c.epoch, c.round, c.stamps[0], c.graphqlEpoch]).toEqual([LAST_EPOCH - 1, 0, 2, 2]);
  c.turn();
  // Epochs of the last round would be taken for those of this one.
  expect([c.epoch, c.round, c.graphqlEpoch]).toEqual([1, 1, 0]);
  for (const each of stamps) expect(each.every((stamp) => stamp === 0)).toBe(true);
  expect(stamps.filter((each) => each.length > 0).length).toBeGreaterThanOrEqual(3);
});

test("its time is the one that it is told", () => {
  const c = make();
  c.now = 1_767_225_600_000_001;
  expect(c.now).toBe(1_767_225_600_000_001);
});

test("before the first request nothing is known of any", () => {
  const c = make();
  expect(c).toMatchObject({
    epoch: 0,
    served: false,
    outcome: null,
    path: "",
    pathEnd: 0,
    ambiguous: false,
    host: "",
    hostKnown: false,
    ipKnown: false,
    route: -1,
    client: -1,
    evidence: -1,
    refusal: null,
    graphql: null,
    graphqlEpoch: 0,
  });
  expect(WHOLE).toBe(-1);
});
