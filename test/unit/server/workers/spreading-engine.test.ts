import { expect, it } from "vitest";
import { createEngine, makeRequest, type Overlay, shareEngine } from "../../../../engine/index.ts";
import { Sharing } from "../../../../engine/state/shared/shared-state.ts";
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

it("overlays that come while a worker holds the state are told at once, and in force here when it lets go", async () => {
  const policy = policyOf("");
  const state = shareEngine(createEngine(policy), { memoryBytes: 1_048_576 });
  const shared = { state, worker: 0, patienceMs: 10 };
  const told: Told[] = [];
  const engine = new SpreadingEngine(createEngine(policy, { shared }), new Broadcast((each) => told.push(each)));
  const holder = new Sharing(state, 1);
  holder.enter(0);
  engine.setOverlays([KILL]);
  expect(told).toMatchObject([{ what: "overlays", value: [{ id: "ban-1" }] }]);
  holder.leave();
  const request = makeRequest({ ip: "203.0.113.7" });
  await until(() => engine.decide(request, 1).toDecision().verdict === "block");
});
