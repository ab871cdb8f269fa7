import { expect, it } from "vitest";
import {
  createEngine,
  makeOutcome,
  makeRequest,
  type Overlay,
  type Policy,
  shareEngine,
  stateHolder,
} from "../../../../engine/index.ts";
import { Sharing, StateHeldError } from "../../../../engine/state/shared/shared-state.ts";
import { Broadcast, type Told } from "../../../../server/workers/broadcast.ts";
import { SpreadingEngine } from "../../../../server/workers/spreading-engine.ts";
import { policyOf } from "../../../helpers/compiled.ts";
import { until } from "../../../helpers/server.ts";

const KILL: Overlay = {
  id: "ban-1",
  kind: "kill",
  subject: { network: "203.0.113.0/24" },
  author: "m.rossi",
  reason: "inc-42",
  endsMicros: 2 ** 52,
};

/** The main thread's engine of a policy, and one that can keep it out of the state. */
function engineOf(policy: Policy): { engine: SpreadingEngine; holder: Sharing; told: Told[] } {
  const state = shareEngine(createEngine(policy), { memoryBytes: 1_048_576 });
  const shared = { state, worker: 0, patienceMs: 10 };
  const told: Told[] = [];
  const engine = new SpreadingEngine(createEngine(policy, { shared }), new Broadcast((each) => told.push(each)), () =>
    stateHolder(state),
  );
  return { engine, holder: new Sharing(state, 1), told };
}

it("overlays that come while a worker holds the state are told at once, and in force here when it lets go", async () => {
  const { engine, holder, told } = engineOf(policyOf(""));
  holder.enter(0);
  engine.setOverlays([KILL]);
  expect(told).toMatchObject([{ what: "overlays", value: [{ id: "ban-1" }] }]);
  holder.leave();
  const request = makeRequest({ ip: "203.0.113.7" });
  await until(() => engine.decide(request, 1).toDecision().verdict === "block");
});

it("a reload that comes while a worker holds the state changes nothing and is told to nobody", () => {
  const listed = policyOf('list bad : ip from "bad.txt"\nrule r when ip in bad then block', { "bad.txt": "" });
  const { engine, holder, told } = engineOf(listed);
  engine.setList("bad", ["203.0.113.7"]);
  told.length = 0;
  holder.enter(0);
  expect(() => engine.reload(policyOf(""))).toThrow(StateHeldError);
  expect(told).toEqual([]);
  expect(engine.policy).toBe(listed);
  holder.leave();
  const request = makeRequest({ ip: "203.0.113.7" });
  expect(engine.decide(request, 1).toDecision().verdict).toBe("block");
  engine.reload(policyOf(""));
  expect(told).toMatchObject([{ what: "policy" }]);
  expect(engine.decide(request, 1).toDecision().verdict).toBe("allow");
});

it("what is told of the memory while a worker holds the state is what was read last", async () => {
  const { engine, holder } = engineOf(
    policyOf("signal calls = count per ip over 10m\nrule r when calls > 5 then block"),
  );
  const keysOf = (): readonly number[] => engine.memory().flatMap(({ name, keys }) => (name === "calls" ? [keys] : []));
  expect(keysOf()).toEqual([0]);
  engine.decide(makeRequest({ ip: "203.0.113.7" }), 1);
  holder.enter(1);
  expect(keysOf()).toEqual([0]);
  holder.leave();
  await until(() => keysOf()[0] === 1);
});

it("a worker that was waited for in vain is not waited for again before it lets go", () => {
  const { engine, holder } = engineOf(policyOf('rule trap when path == "/trap" then block for 1h per ip'));
  const request = makeRequest({ path: "/trap", ip: "203.0.113.7" });
  const { token } = engine.decide(makeRequest({ ip: "203.0.113.8" }), 0);
  holder.enter(1);
  const refusal = (run: () => unknown): unknown => {
    try {
      return run();
    } catch (problem) {
      return problem;
    }
  };
  const outcome = makeOutcome(200);
  expect(refusal(() => engine.decide(request, 1))).toMatchObject({ name: "StateHeldError", worker: 1, waited: true });
  expect(refusal(() => engine.decide(request, 1))).toMatchObject({ name: "StateHeldError", worker: 1, waited: false });
  expect(refusal(() => engine.observe(token, outcome, 1))).toMatchObject({ worker: 1, waited: false });
  expect(refusal(() => engine.snapshot())).toMatchObject({ worker: 1, waited: false });
  expect(refusal(() => engine.reload(engine.policy))).toMatchObject({ worker: 1, waited: false });
  holder.leave();
  expect(engine.decide(request, 1).toDecision().verdict).toBe("block");
  holder.enter(1);
  expect(refusal(() => engine.decide(request, 1))).toMatchObject({ worker: 1, waited: true });
  holder.leave();
});
