/**
 * `/v1/explain`: why a request is decided as it is, under the overlays in force. The explanation is that of a server without a past; what
 * this one's state holds for the request stands beside it.
 */
import { createExplainer, touchedState, type TouchedState } from "../../engine/index.ts";
import { explanationToJson } from "../../dsl/index.ts";
import { type Answer, type Call, type Endpoint, onlyMembers, statedRequest } from "./call.ts";
import type { AdminParts } from "./parts.ts";

export function explainEndpoint(parts: AdminParts): Endpoint {
  return {
    path: "/v1/explain",
    reads: true,
    post: (call) => explain(parts, call),
    examples: { post: { request: { method: "POST", path: "/v1/login", ip: "203.0.113.9" } } },
  };
}

function explain({ gate, operation, sources }: AdminParts, { body }: Call): Answer {
  const { policy, clients } = gate.view;
  const request = statedRequest(body, clients);
  onlyMembers(body, ["request"]);
  operation.containment.revocations.refuse(request);
  const nowMicros = gate.now();
  const engine = createExplainer(policy);
  engine.setOverlays(operation.containment.inForce().map(({ overlay }) => overlay));
  const { explanation } = engine.explain(request, nowMicros);
  const state = touchedState(policy, request, nowMicros).map((touched) => reading(gate, touched, nowMicros));
  return { value: { ...explanationToJson(explanation, sources()), state } };
}

/** What the server's state holds on the keys of a request. Seconds for times. */
function reading({ engine }: AdminParts["gate"], { kind, name, keys }: TouchedState, nowMicros: number): object {
  const of = { kind, name, keys: keys.map(({ value }) => value) };
  if (kind === "signal") return { ...of, value: engine.readings.signal(name, keys, nowMicros) };
  if (kind === "ban") return { ...of, remaining: engine.readings.ban(name, keys, nowMicros) / 1e6 };
  return { ...of, full_in: engine.readings.limit(name, keys, nowMicros).fullInMicros / 1e6 };
}
