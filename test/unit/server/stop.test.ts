import { readFileSync } from "node:fs";
import { connect } from "node:net";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { serve, startService, temporaryFolder, until } from "../../helpers/server.ts";

const POLICY = `policy "stop" { default allow }`;

describe("stop", () => {
  it("answers what is in flight, takes nothing new, and closes idle connections", async () => {
    let answer = (): void => {};
    const service = await startService((_incoming, response) => {
      answer = () => void response.end("done");
    });
    const { running, url, port } = await serve(POLICY, { upstream: service.url });
    const idle = connect(port, "127.0.0.1");
    let idleClosed = false;
    idle.on("close", () => (idleClosed = true)).on("error", () => {});
    const inFlight = fetch(url);
    await until(() => answer.toString().includes("response.end"));
    const stopped = running.stop();
    await expect(fetch(url)).rejects.toThrow();
    answer();
    const response = await inFlight;
    expect([response.status, await response.text()]).toEqual([200, "done"]);
    await stopped;
    await until(() => idleClosed);
  });

  it("waits no longer than it may", async () => {
    const service = await startService(() => {});
    const { running, url } = await serve(POLICY, { upstream: service.url, stopTimeoutMs: 100 });
    const inFlight = fetch(url).catch((failure: unknown) => failure);
    await new Promise((resolve) => setTimeout(resolve, 50));
    const before = performance.now();
    await running.stop();
    expect(performance.now() - before).toBeLessThan(1_000);
    expect(await inFlight).toBeInstanceOf(Error);
  });

  it("leaves every decision in the log", async () => {
    const file = join(temporaryFolder(), "decisions.ndjson");
    const { running, url } = await serve(POLICY, { log: { sink: { file } } });
    const body = '{"method":"GET","path":"/a?token=secret","ip":"192.0.2.1"}\n'.repeat(500);
    await fetch(`${url}/authz/json`, { method: "POST", body });
    await running.stop();
    const lines = readFileSync(file, "utf8").trimEnd().split("\n");
    expect(lines).toHaveLength(500);
    expect(JSON.parse(lines[499] ?? "")).toMatchObject({ adapter: "json", path: "/a", verdict: "allow" });
    expect(lines.join()).not.toContain("secret");
  });

  it("can be asked for twice, and by a signal", async () => {
    const { running } = await serve(POLICY, { signals: true });
    process.kill(process.pid, "SIGTERM");
    await running.stopped;
    await Promise.all([running.stop(), running.stop()]);
    await expect(fetch(running.url)).rejects.toThrow();
  });
});
