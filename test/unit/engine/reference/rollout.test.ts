/** The mode of rules and limits for one request. */
import { describe, expect, test } from "vitest";
import type { Key, Overlay, Rollout } from "../../../../engine/index.ts";
import { makeRequest } from "../../../../engine/request.ts";
import { readFacts } from "../../../../engine/reference/facts.ts";
import { halfSipHash, textWords, valueWords } from "../../../../engine/reference/hash.ts";
import { modesOf } from "../../../../engine/reference/rollout.ts";
import { scopeOf, UNANSWERED } from "../../../../engine/reference/scope.ts";
import { makeState } from "../../../../engine/reference/state.ts";
import { attributeOf, makePolicy, makeRule } from "../../../helpers/policies.ts";

const HOST = attributeOf("string", "host");
const ASN = attributeOf("int", "ip.asn");
const NOW = 1_000;

function modes(
  rollouts: readonly Rollout[],
  host = "h",
  overlays: readonly Overlay[] = [],
  asn: number | null = null,
): readonly string[] {
  const rules = rollouts.map((rollout, index) => makeRule(`r${index}`, { rollout }));
  const policy = makePolicy({ rules });
  const state = makeState(policy, {});
  state.overlays = overlays;
  return modesOf(rules, scopeOf(state, readFacts(policy, makeRequest({ host, asn }), NOW), UNANSWERED));
}

const plain = (mode: "on" | "off" | "shadow", untilMicros: number | null = null): Rollout => ({ mode, untilMicros });

function canary(percent: number, replaces: number | null = null, key: Key = { options: [HOST] }): Rollout {
  return { mode: "canary", percent, key, replaces, untilMicros: null };
}

/** Where the hash of rule 0's name, an option and its value comes to among ten thousand. */
function place(words: readonly number[], option = 0): number {
  return halfSipHash([...textWords("r0"), option, ...words], [0, 0])[0] % 10_000;
}

test("is what the rollout says, and shadow from its end on", () => {
  expect(modes([plain("on"), plain("off"), plain("shadow")])).toEqual(["on", "off", "shadow"]);
  expect(modes([plain("on", NOW + 1), plain("on", NOW), plain("off", NOW), plain("on", NOW - 1)])).toEqual([
    "on",
    "shadow",
    "shadow",
    "shadow",
  ]);
});

describe("a canary", () => {
  test("is on for just the share of keys that its hash chooses, and in shadow for the others", () => {
    const hosts = Array.from({ length: 60 }, (_, index) => `h${index}`);
    for (const host of hosts) {
      const at = place(textWords(host));
      // A hundredth of a percent is the smallest step.
      for (const percent of [0, at / 100, (at + 1) / 100, 100]) {
        expect([host, percent, modes([canary(percent)], host)]).toEqual([
          host,
          percent,
          [at < percent * 100 ? "on" : "shadow"],
        ]);
      }
    }
    expect(modes([canary(0)])).toEqual(["shadow"]);
  });

  test("goes by the option that is there, and its type", () => {
    const key: Key = { options: [ASN, HOST] };
    for (const asn of [7, 64_512, null]) {
      const at = asn === null ? place(textWords("h"), 1) : place(valueWords("int", asn));
      expect([(at + 1) / 100, at / 100].map((percent) => modes([canary(percent, null, key)], "h", [], asn))).toEqual([
        ["on"],
        ["shadow"],
      ]);
    }
  });

  test("is on for nobody without its key", () => {
    expect(modes([canary(100, null, { options: [attributeOf("string", "header", "x-none")] })])).toEqual(["shadow"]);
  });

  test("replaces another where it is on", () => {
    expect(modes([canary(100, 1), plain("on")])).toEqual(["on", "off"]);
    expect(modes([canary(0, 1), plain("on")])).toEqual(["shadow", "on"]);
    expect(modes([canary(100), plain("on")])).toEqual(["on", "on"]);
    expect(modes([{ ...canary(100, 1), untilMicros: NOW }, plain("on")])).toEqual(["shadow", "on"]);
    expect(modes([canary(100, 2), plain("on"), plain("shadow")])).toEqual(["on", "on", "off"]);
  });
});

test("an overlay has the last word, and what it turns off replaces nothing", () => {
  const times = { author: "a", reason: "r", endsMicros: NOW + 1 };
  const overlay = (name: string, mode: "off" | "shadow" | "on"): Overlay => ({
    id: name,
    ...times,
    kind: "mode",
    name,
    mode,
  });
  expect(modes([plain("on"), plain("off")], "h", [overlay("r0", "shadow"), overlay("r1", "on")])).toEqual([
    "shadow",
    "on",
  ]);
  expect(modes([canary(100, 1), plain("on")], "h", [overlay("r0", "off")])).toEqual(["off", "on"]);
  expect(modes([canary(100, 1), plain("on")], "h", [overlay("r1", "shadow")])).toEqual(["on", "shadow"]);
});
