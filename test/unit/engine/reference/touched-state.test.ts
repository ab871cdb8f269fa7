import { expect, test } from "vitest";
import { makeRequest } from "../../../../engine/request.ts";
import { touchedState } from "../../../../engine/reference/touched-state.ts";
import { attributeOf, makeLimit, makePolicy, makeRule, makeSignal } from "../../../helpers/policies.ts";

const HOST = { options: [attributeOf("string", "host")] };
const KIND = { options: [attributeOf("string", "header", "x-kind")] };
const EITHER = { options: [...KIND.options, ...HOST.options] };
const RATE = { allow: 1, perMicros: 1_000, burst: 1 };

function banOf(...keys: (typeof HOST)[]): ReturnType<typeof makeRule>["action"] {
  return { kind: "block", status: 403, ban: { forMicros: 5, doublingToMicros: null, keys, on: null, stateId: "b" } };
}

const POLICY = makePolicy({
  signals: [makeSignal("calls", 1_000, { keys: [HOST] }), makeSignal("kinds", 1_000, { keys: [HOST, KIND] })],
  limits: [makeLimit("pace", RATE, { keys: [EITHER] }), makeLimit("all", RATE, { keys: [] })],
  rules: [
    makeRule("allows"),
    makeRule("blocks", { action: { kind: "block", status: 403, ban: null } }),
    makeRule("bans", { action: banOf(HOST) }),
    makeRule("bans_kinds", { action: banOf(KIND) }),
  ],
});

test("are all declarations with state whose key the request has, with the key's parts", () => {
  expect(touchedState(POLICY, makeRequest({ host: "h" }), 0)).toEqual([
    { kind: "signal", name: "calls", keys: [{ option: 0, value: "h" }] },
    { kind: "limit", name: "pace", keys: [{ option: 1, value: "h" }] },
    { kind: "limit", name: "all", keys: [] },
    { kind: "ban", name: "bans", keys: [{ option: 0, value: "h" }] },
  ]);
});

test("a missing part is a missing key", () => {
  const kind = { option: 0, value: "k" };
  const touched = touchedState(POLICY, makeRequest({ host: "h", headers: { "x-kind": "k" } }), 0);
  expect(touched.map(({ name, keys }) => [name, keys])).toEqual([
    ["calls", [{ option: 0, value: "h" }]],
    ["kinds", [{ option: 0, value: "h" }, kind]],
    ["pace", [kind]],
    ["all", []],
    ["bans", [{ option: 0, value: "h" }]],
    ["bans_kinds", [kind]],
  ]);
});
