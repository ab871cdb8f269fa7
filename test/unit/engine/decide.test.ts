/** What a decider remembers of one request must not be taken for another's, however long it runs. */
import { expect, test } from "vitest";
import { compile } from "../../../engine/compile/compile.ts";
import { HeldNumber } from "../../../engine/held-number.ts";
import { Decider } from "../../../engine/decide.ts";
import { makeOutcome, makeRequest } from "../../../engine/index.ts";
import { Arena } from "../../../engine/state/arena.ts";
import { PendingPool } from "../../../engine/state/pending.ts";
import { StateStore } from "../../../engine/state/store.ts";
import { attributeOf, equals, kindIs, literalOf, makePolicy, makeRule, makeSignal } from "../../helpers/policies.ts";

const LAST_EPOCH = 0x3fffffff;

test("stamps of a billion requests ago are forgotten, whatever made the epochs begin again", () => {
  const policy = makePolicy({
    rules: [makeRule("a", { when: kindIs("a"), action: { kind: "note", label: "a" } })],
    signals: [
      makeSignal("errors", 1_000, {
        phase: "outcome",
        where: equals(attributeOf("int", "response.status"), literalOf("int", 500)),
      }),
    ],
  });
  const store = new StateStore(new Arena(8), 0);
  store.adopt(policy, 0, new Map());
  const program = compile(policy);
  const pending = new PendingPool(4, program.pending.keys.length, program.pending.cells, program.pending.values, 0, 1);
  const decider = new Decider(program, store, [0, 0], pending, new HeldNumber(0));
  const ask = (kind: string): readonly string[] =>
    decider.decide(makeRequest({ ip: "10.0.0.1", headers: { "x-kind": kind } })).toDecision().matched;
  ask("b");
  expect(decider.context.epoch).toBe(1);
  expect(ask("a")).toEqual(["a"]);
  const { token } = decider.record;
  decider.context.epoch = LAST_EPOCH - 1;
  decider.observe(pending.slotOf(token), makeOutcome(500));
  expect(decider.context.epoch).toBe(1);
  expect(ask("a")).toEqual(["a"]);
});
