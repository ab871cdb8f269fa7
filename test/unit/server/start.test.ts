import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { startServer } from "../../../server/index.ts";
import { inventoryOf } from "../../helpers/inventory.ts";
import { freePort, serve, startService, temporaryFolder } from "../../helpers/server.ts";

const POLICY = `policy "start" { default allow }`;

describe("startServer", () => {
  it("says where it listens and on what", async () => {
    const { running } = await serve(POLICY);
    expect(running.address).toEqual({ host: "127.0.0.1", port: expect.any(Number) as number });
    expect(running.url).toBe(`http://127.0.0.1:${running.address.port}`);
    expect(running.transport).toMatch(/^20\.\d+\.\d+ \(uws-glibc\d+\)$/);
    expect(running.policy.name).toBe("start");
  });

  it("serves nothing but adapters without an upstream", async () => {
    const { url } = await serve(POLICY);
    const response = await fetch(url);
    expect(response.status).toBe(404);
    expect(await response.text()).toContain("no upstream is configured");
  });

  it("says that a port is taken and what to do, and leaves nothing open", async () => {
    const { port } = await startService(() => {});
    const data = await freePort();
    const failure = serve(POLICY, { listen: `127.0.0.1:${data}`, admin: `127.0.0.1:${port}` });
    await expect(failure).rejects.toMatchObject({
      code: "address_in_use",
      message: expect.stringContaining(`127.0.0.1:${port}`) as string,
      help: expect.stringContaining("another port") as string,
    });
    const { running } = await serve(POLICY, { listen: `127.0.0.1:${data}` });
    expect(running.address.port).toBe(data);
    await expect(serve(POLICY, { listen: `127.0.0.1:${data}` })).rejects.toMatchObject({ code: "address_in_use" });
  });

  it("says in words what the system says of a place, and what to do", async () => {
    const folder = temporaryFolder();
    const there = join(folder, "there");
    writeFileSync(there, "");
    const missing = join(folder, "no", "file");
    const noFolder = `there is no folder \`${join(folder, "no")}\``;
    for (const [options, message, help] of [
      [{ log: { sink: { file: missing } } }, noFolder, "make it"],
      [{ log: { sink: { file: folder } } }, "it is a directory", "name a file in it"],
      [{ state: missing }, noFolder, "make it"],
      [{ state: folder }, "it is no file", "name another place"],
      [{ data: there }, "there is a file where a folder", "name another place"],
      [{ adminToken: "short" }, "EDGEPOLICY_ADMIN_TOKEN", "openssl rand"],
      [{ log: { headers: ["a b"] } }, "`a b` is no name of a header", "user-agent"],
    ] as const) {
      await expect(serve(POLICY, options), message).rejects.toMatchObject({
        message: expect.stringContaining(message) as string,
        help: expect.stringContaining(help) as string,
      });
    }
  });

  it("writes over no file that it reads, and two things into none", async () => {
    const folder = temporaryFolder();
    const policy = join(folder, "p.edgepolicy");
    const list = join(folder, "l.txt");
    writeFileSync(
      policy,
      'policy "p" { default allow }\nlist l : network from "l.txt"\nrule r when ip in l then block',
    );
    writeFileSync(list, "192.0.2.0/24\n");
    symlinkSync(list, join(folder, "link"));
    const log = join(folder, "log");
    for (const [options, message] of [
      [{ state: policy }, `option state: \`${policy}\` is a file of the policy`],
      [{ state: join(folder, "link") }, "is a file of the policy"],
      [{ log: { sink: { file: list } } }, "option log.sink: "],
      [{ state: log, log: { sink: { file: log } } }, "is that of option state"],
      [{ outcomesFrom: [log], log: { sink: { file: log } } }, "is read for outcomes"],
    ] as const) {
      const failure = startServer({ listen: "127.0.0.1:0", admin: "off", ...options, policy });
      await expect(failure, message).rejects.toMatchObject({
        code: "option_invalid",
        message: expect.stringContaining(message) as string,
        help: "name another file to write",
      });
    }
    expect(readFileSync(list, "utf8")).toBe("192.0.2.0/24\n");
  });

  it("hands a bad policy's diagnostics to the caller", async () => {
    const failure = serve(`${POLICY}\nrule bad when nonsense > 3 then block`);
    await expect(failure).rejects.toMatchObject({
      code: "policy_invalid",
      message: expect.stringMatching(/policy\.edgepolicy has 1 error$/) as string,
      load: { policy: null, diagnostics: [expect.objectContaining({ severity: "error" }) as object] },
    });
  });

  it("refuses a policy that relies on what its callers do not show, unless they were made to", async () => {
    const policy = `${POLICY}\nlimit few per ip allow 5 at once`;
    const failure = serve(policy, { callers: { via: ["nginx"] } });
    await expect(failure).rejects.toMatchObject({
      code: "policy_invalid",
      load: { diagnostics: [expect.objectContaining({ code: "EP4001" }) as object] },
    });
    const { running, reports, replace } = await serve(policy, { callers: { via: ["nginx"], shows: ["outcomes"] } });
    replace("policy.edgepolicy", `${policy}\nrule gone when path == "/x" then block 404`);
    expect(running.reload()).toMatchObject({ applied: false, problem: expect.stringContaining("EP4004") as string });
    expect(reports.join("\n")).toContain("refused");
  });

  it("opens the doors of its callers and no others", async () => {
    const { url } = await serve(POLICY, { callers: { via: ["caddy"] } });
    const headers = { "x-forwarded-for": "203.0.113.9", "x-forwarded-uri": "/", "x-forwarded-method": "GET" };
    const statusOf = async (path: string): Promise<number> => (await fetch(`${url}${path}`, { headers })).status;
    expect(await Promise.all(["/authz/caddy", "/authz/traefik", "/authz/envoy/x"].map(statusOf))).toEqual([
      200, 403, 403,
    ]);
    const json = await fetch(`${url}/authz/json`, {
      method: "POST",
      body: '{"method":"GET","path":"/","ip":"203.0.113.9"}',
    });
    expect(json.status).toBe(200);
  });

  it("does the same for a policy that cannot be read", async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, "a"));
    writeFileSync(join(folder, "b"), Buffer.from([0xff, 0xfe, 0x00]));
    for (const name of ["missing", "a", "b"]) {
      const failure = startServer({ policy: join(folder, name), listen: "127.0.0.1:0", admin: "off" });
      await expect(failure, name).rejects.toMatchObject({ code: "policy_invalid" });
    }
  });

  it("says which pepper is missing", async () => {
    const policy = `${POLICY}\nidentity { api_key { header "x-api-key" } }\nclients from "clients.yaml"`;
    const files = { "clients.yaml": inventoryOf([{ client: "acme", key: "k", pepper: ["p9", "secret"] }]) };
    await expect(serve(policy, { peppers: {} }, files)).rejects.toMatchObject({
      code: "pepper_missing",
      message: expect.stringContaining("`p9`") as string,
    });
    await serve(policy, { peppers: { p9: "secret" } }, files);
  });

  it("warns of a pepper that can be guessed, once, and starts", { timeout: 60_000 }, async () => {
    const peppers = { short: "18 characters long", long: "a=secret=of=19=char", none: "" };
    const { reports } = await serve(POLICY, { peppers, workers: 2 });
    expect(reports.filter((line) => line.includes("pepper"))).toEqual([
      expect.stringMatching(/^pepper `short` .* has 18 characters, fewer than 19: .*`openssl rand -base64 32`/),
    ]);
  });

  it("says what is wrong with an option", async () => {
    await expect(serve(POLICY, { upstream: "nowhere" })).rejects.toMatchObject({ code: "option_invalid" });
  });
});
