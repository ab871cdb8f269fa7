import { describe, expect, it, vi } from "vitest";
import { readConfig } from "../../../server/config.ts";

const policy = "policy.edgepolicy";

describe("readConfig", () => {
  it("has a default for everything but the policy", () => {
    const config = readConfig({ policy });
    expect(config.listen).toEqual({ host: "127.0.0.1", port: 8080 });
    expect(config.admin).toEqual({ host: "127.0.0.1", port: 8081 });
    expect(config.upstream).toBeNull();
    expect(config.adapterPeers.has("127.8.9.1")).toBe(true);
    expect(config.adapterPeers.has("10.0.0.1")).toBe(false);
    expect(config.log.sink).toBe("off");
  });

  it.each([
    ["HOST:PORT", "0.0.0.0:80", { host: "0.0.0.0", port: 80 }],
    ["an IPv6 address", "[::1]:9", { host: "::1", port: 9 }],
    ["a bare port", "0", { host: "127.0.0.1", port: 0 }],
  ])("reads %s", (_, text, address) => {
    expect(readConfig({ policy, listen: text }).listen).toEqual(address);
  });

  it.each([
    ["listen", { listen: "nowhere" }],
    ["listen", { listen: "127.0.0.1:70000" }],
    ["upstream", { upstream: "127.0.0.1:3000" }],
    ["upstream", { upstream: "http://127.0.0.1:3000/path" }],
    ["upstream", { upstream: "ftp://127.0.0.1" }],
    ["adapterPeers", { adapterPeers: ["10.0.0.0/33"] }],
    ["adapterPeers", { adapterPeers: ["proxy.example.com"] }],
    ["adapterPeers", { adapterPeers: ["10.0.0.7/8"] }],
    ["outcomesFrom", { outcomesFrom: ["not/there/yet.log", "/"] }],
    ["heldMax", { heldMax: 0 }],
    ["headBytesMax", { headBytesMax: 1_023 }],
    ["headBytesMax", { headBytesMax: 1_048_577 }],
    ["upstreamTimeoutMs", { upstreamTimeoutMs: 1.5 }],
    ["sendTimeoutMs", { sendTimeoutMs: 0 }],
    ["adminToken", { adminToken: "short" }],
    ["stream.rowsMax", { stream: { rowsMax: 0 } }],
    ["stream.idleSeconds", { stream: { idleSeconds: 7 } }],
    ["signedRequests.bodyBytesMax", { signedRequests: { bodyBytesMax: -1 } }],
    ["signedRequests.bodiesBytesMax", { signedRequests: { bodiesBytesMax: 0.5 } }],
    ["signedRequests.replaysMax", { signedRequests: { replaysMax: 0 } }],
    ["log.headers", { log: { headers: ["Authorization"] } }],
    ["log.allowsOneIn", { log: { allowsOneIn: 0 } }],
    ["log.mask.key", { log: { mask: { ip: "hash" as const } } }],
    ["log.mask.key", { log: { mask: { path: "hash" as const, key: "short" } } }],
    ["log.rotate", { log: { sink: "stdout" as const, rotate: { bytes: 1 } } }],
    ["log.rotate", { log: { sink: { file: "x" }, rotate: { keep: 3 } } }],
    ["log.rotate.bytes", { log: { sink: { file: "x" }, rotate: { bytes: 0 } } }],
    ["log.rotate.keep", { log: { sink: { file: "x" }, rotate: { bytes: 1, keep: 10_001 } } }],
  ])("refuses a bad %s and names it", (option, options) => {
    expect(() => readConfig({ policy, ...options })).toThrow(`option ${option}:`);
  });

  it("opens the admin listener to other machines only with a token", () => {
    expect(() => readConfig({ policy, admin: "0.0.0.0:8081" })).toThrow("option admin:");
    expect(readConfig({ policy, admin: "0.0.0.0:8081", adminToken: "0123456789abcdef" }).admin?.host).toBe("0.0.0.0");
    expect(readConfig({ policy, admin: "off" }).admin).toBeNull();
  });

  it("has an address for each listener", () => {
    const same = { policy, listen: "127.0.0.1:8081" };
    expect(() => readConfig(same)).toThrow("option admin: 127.0.0.1:8081 is that of `listen` already");
    const sixes = { policy, listen: "[::]:8080", haproxy: "[::]:8080" };
    expect(() => readConfig(sixes)).toThrow("option haproxy: [::]:8080 is that of `listen`");
    expect(() => readConfig({ policy, haproxy: "8080" })).toThrow("option haproxy: 127.0.0.1:8080 is that of `listen`");
    expect(readConfig({ policy, listen: "0", admin: "0" }).listen.port).toBe(0);
  });

  it("reads peppers from the environment, and the option before it", () => {
    vi.stubEnv("EDGEPOLICY_PEPPER", "p1=secret=with=signs,p2=other");
    try {
      expect([...readConfig({ policy }).peppers]).toEqual([
        ["p1", "secret=with=signs"],
        ["p2", "other"],
      ]);
      expect([...readConfig({ policy, peppers: { p3: "x" } }).peppers]).toEqual([["p3", "x"]]);
      vi.stubEnv("EDGEPOLICY_PEPPER", "just-a-secret");
      expect(() => readConfig({ policy })).toThrow("ID=SECRET");
    } finally {
      vi.unstubAllEnvs();
    }
  });
});
