import { expect, test } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import type { Policy } from "../../../../engine/index.ts";
import { Broadcast, take, type Told } from "../../../../server/workers/broadcast.ts";

function policyOf(name: string): Policy {
  const { policy } = loadPolicyText(`policy "${name}" { default allow }`);
  if (policy === null) throw new Error("no policy");
  return policy;
}

function summary(told: readonly Told[]): readonly string[] {
  return told.map(({ version, what, key }) => `${version} ${what} ${key}`.trimEnd());
}

test("everything is sent in versions; who comes later is told the latest of each that holds", () => {
  const sent: Told[] = [];
  const broadcast = new Broadcast((told) => void sent.push(told));
  expect(broadcast.version).toBe(0);
  broadcast.tell("policy", policyOf("a"));
  broadcast.tell("list", { name: "x", values: ["1"] }, "x");
  broadcast.tell("list", { name: "y", values: ["2"] }, "y");
  broadcast.tell("list", { name: "x", values: ["3"] }, "x");
  expect(summary(broadcast.latest)).toEqual(["1 policy", "3 list y", "4 list x"]);
  broadcast.forget("list");
  broadcast.tell("policy", policyOf("b"));
  broadcast.tell("overlays", []);
  expect(summary(broadcast.latest)).toEqual(["5 policy", "6 overlays"]);
  expect(summary(sent)).toEqual(["1 policy", "2 list x", "3 list y", "4 list x", "5 policy", "6 overlays"]);
  expect(broadcast.version).toBe(6);
});

test("each kind has its taker", () => {
  const taken: string[] = [];
  const takers = {
    policy: ({ name }: Policy): void => void taken.push(`policy ${name}`),
    list: ({ name }: { readonly name: string }): void => void taken.push(`list ${name}`),
    overlays: (overlays: readonly unknown[]): void => void taken.push(`${overlays.length} overlays`),
    revocations: (records: readonly unknown[]): void => void taken.push(`${records.length} revocations`),
  };
  take({ version: 1, what: "policy", key: "", value: policyOf("a") }, takers);
  take({ version: 2, what: "list", key: "x", value: { name: "x", values: [] } }, takers);
  take({ version: 3, what: "overlays", key: "", value: [] }, takers);
  take({ version: 4, what: "revocations", key: "", value: [] }, takers);
  expect(taken).toEqual(["policy a", "list x", "0 overlays", "0 revocations"]);
});
