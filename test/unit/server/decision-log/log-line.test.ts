import { describe, expect, it } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { makeRequest } from "../../../../engine/index.ts";
import { isSampled } from "../../../../server/decision-log/sampling.ts";
import type { LogOptions } from "../../../../server/index.ts";
import { type Decided, replayLog } from "../../../../simulator/index.ts";
import { makeGate } from "../../../helpers/gate.ts";
import { inventoryOf } from "../../../helpers/inventory.ts";

const POLICY = `policy "log" { default allow }
identity { api_key { header "x-partner-key" } }
clients from "clients.yaml"
route order = GET "/v1/orders/{id}/items"
route files = GET "/v1/files/**"
route hidden = GET "/hidden"
rule gone on hidden then block`;
const files = { "clients.yaml": inventoryOf([{ client: "acme", key: "key-1" }]) };
const KEY = "0123456789abcdef";

type Line = Record<string, unknown>;

function logged(log: LogOptions, paths: readonly string[], ip = "192.0.2.77"): readonly Line[] {
  const lines: string[] = [];
  const gate = makeGate(POLICY, { files, options: { log }, onLine: (line) => lines.push(line) });
  for (const path of paths) gate.decide(makeRequest({ path, ip, client: "acme" }), "json");
  return lines.map((line) => JSON.parse(line) as Line);
}

const pathOf = (mask: LogOptions["mask"], path: string): unknown => logged({ mask: mask ?? {} }, [path])[0]?.["path"];

describe("masks of paths", () => {
  it.each([
    ["/v1/orders/4711/items?token=t", "/v1/orders/{id}/items"],
    ["/v1/files/anna/tax.pdf", "/v1/files/*/*"],
    ["/secret/reset/eyJhbGciOi", "/*/*/*"],
    ["/", "/"],
  ])("of %s show what the policy writes out", (path, shown) => {
    expect(pathOf({ path: "name" }, path)).toBe(shown);
  });

  it("as hashes are the same for the same value under one key, and under no other", () => {
    const mask = { path: "hash", key: KEY } as const;
    const one = pathOf(mask, "/v1/orders/4711/items");
    expect(one).toMatch(/^\/v1\/orders\/\{id:[\w-]{16}\}\/items$/);
    expect(pathOf(mask, "/v1/orders/4711/items")).toBe(one);
    expect(pathOf(mask, "/v1/orders/4712/items")).not.toBe(one);
    expect(pathOf({ ...mask, key: `${KEY}f` }, "/v1/orders/4711/items")).not.toBe(one);
    expect(pathOf(mask, "/v1/files/4711")).toBe(`/v1/files/${/:(.*)\}/.exec(String(one))?.[1]}`);
  });
});

describe("masks of addresses and clients", () => {
  it.each([
    ["192.0.2.77", "192.0.2.0/24"],
    ["2001:db8:1:2:3:4:5:6", "2001:db8:1::/48"],
    ["::ffff:192.0.2.77", "192.0.2.0/24"],
  ])("keep the network of %s", (ip, shown) => {
    expect(logged({ mask: { ip: "network" } }, ["/"], ip)[0]?.["ip"]).toBe(shown);
  });

  it("show by which credential a client came, masked as the client is", () => {
    const credentialOf = (mask: LogOptions["mask"], id: string | null): unknown => {
      const lines: string[] = [];
      const gate = makeGate(POLICY, {
        files,
        options: { log: { mask: mask ?? {} } },
        onLine: (line) => lines.push(line),
      });
      const credential = { id, issued: null, expires: null };
      gate.decide(makeRequest({ client: "acme", credential }), "json");
      return (JSON.parse(lines[0] ?? "") as Line)["credential"];
    };
    expect(credentialOf({}, "acme-0")).toBe("acme-0");
    expect(credentialOf({ client: "hash", key: KEY }, "acme-0")).toMatch(/^[\w-]{16}$/);
    expect(credentialOf({}, null)).toBeUndefined();
  });

  it("as hashes say nothing of what they hide, and differ by what it is", () => {
    const [line] = logged({ mask: { ip: "hash", client: "hash", key: KEY } }, ["/"]);
    expect(line).toMatchObject({ ip: expect.stringMatching(/^[\w-]{16}$/) as string });
    expect(JSON.stringify(line)).not.toMatch(/192\.0\.2|acme/);
  });
});

describe("sampling", () => {
  const paths = Array.from({ length: 3_000 }, (_, i) => (i % 10 === 0 ? "/hidden" : "/open"));

  it("logs every refusal and a part of what is allowed, from which the counts are restored", () => {
    const lines = logged({ allowsOneIn: 9 }, paths);
    const stoodFor = (verdict: string): number =>
      lines.filter((line) => line["verdict"] === verdict).reduce((sum, { sample }) => sum + Number(sample), 0);
    expect(stoodFor("block")).toBe(300);
    // Five standard deviations of 2,700 decisions, of which each is taken with a probability of 1/9.
    expect(Math.abs(stoodFor("allow") - 2_700)).toBeLessThan(5 * 9 * Math.sqrt(2_700 * (1 / 9) * (8 / 9)));
    expect(lines.filter(({ verdict }) => verdict === "allow").every(({ sample }) => sample === 9)).toBe(true);
  });

  it("takes the same decisions every time", () => {
    const ids = (): readonly string[] =>
      logged({ allowsOneIn: 9 }, paths).map(({ id }) => String(id).split("-")[1] ?? "");
    expect(ids()).toEqual(ids());
  });

  it("keeps out of step with callers that take turns, also past 2^32 decisions", () => {
    for (const [start, oneIn] of [
      [0, 10],
      [2 ** 40, 10],
      [0, 16],
    ] as const) {
      for (let caller = 0; caller < oneIn; caller++) {
        let taken = 0;
        for (let i = 0; i < 10_000; i++) if (isSampled(start + i * oneIn + caller, oneIn)) taken++;
        expect(Math.abs(taken - 10_000 / oneIn)).toBeLessThan(5 * Math.sqrt(10_000 / oneIn));
      }
    }
  });

  it("says nothing of it where every decision has a line", () => {
    expect(logged({}, ["/open"])[0]).not.toHaveProperty("sample");
  });
});

describe("lines", () => {
  it.each<LogOptions>([{}, { mask: { ip: "network", path: "name" }, allowsOneIn: 1 }])(
    "are read by a replay, masked ones too: %j",
    async (log) => {
      const { policy } = loadPolicyText(POLICY, files);
      if (policy === null) throw new Error("the policy has errors");
      const lines = logged(log, ["/hidden", "/v1/orders/4711/items?token=t", "/secret/x"]).map((line) =>
        JSON.stringify(line),
      );
      const decided: unknown[] = [];
      const onDecision = ({ record, decision }: Decided): void =>
        void decided.push([record.request.client, decision.verdict]);
      const { log: facts, caveats } = await replayLog(policy, lines, { onDecision });
      expect(facts.files).toMatchObject([{ format: "decisions", lines: 3 }]);
      expect(decided).toEqual([
        ["acme", "block"],
        ["acme", "allow"],
        ["acme", "allow"],
      ]);
      expect(caveats).toContainEqual(expect.stringContaining("A decision log shows neither queries nor bodies"));
    },
  );
});
