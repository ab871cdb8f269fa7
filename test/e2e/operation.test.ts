/** What an operator sets outlives a `kill -9` of the installed program, and its audit log is whole afterwards. */
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { edgepolicy, folderWith, serve } from "./program.ts";

const POLICY = `policy "shop" { default allow }
clients from "clients.yaml"
limit pace per client else ip allow 5 per 1h
rule flood when path == "/flood" then throttle`;

const CLIENTS = `teams:
  - { id: fin, contact: "mailto:fin@example.com" }
clients:
  - { id: acme_sync, kind: partner, purpose: x, owner: { team: fin }, environment: prod, status: active, operations: "*" }
  - { id: beta_sync, kind: partner, purpose: x, owner: { team: fin }, environment: prod, status: active, operations: "*" }
`;

const OPTIONS = `policy: p
data: data
adminTokens:
  - { name: m.rossi, role: operate, token: { env: ROSSI } }
adminReadToken: { file: read.token }
`;
const ROSSI = "rossi-0123456789abcdef";

async function decide(url: string, request: object): Promise<unknown> {
  const body = JSON.stringify({ method: "GET", path: "/", ip: "192.0.2.1", ...request });
  return (await fetch(`${url}/authz/json`, { method: "POST", body })).json();
}

function folder(): string {
  return folderWith({
    p: POLICY,
    "clients.yaml": CLIENTS,
    "serve.yaml": OPTIONS,
    "read.token": "read-0123456789abcdef\n",
  });
}

test("keeps containment, bans and overlays over a kill -9, and ends them at their end", {
  timeout: 60_000,
}, async () => {
  const cwd = folder();
  const options = { cwd, env: { ROSSI } };
  const first = await serve(["--config", "serve.yaml"], options);
  const post = async (path: string, body: object): Promise<number> => {
    const headers = { authorization: `Bearer ${ROSSI}`, "content-type": "application/json" };
    const ends = { method: "POST", headers, body: JSON.stringify({ reason: "inc-42", ...body }) };
    return (await fetch(`${first.adminUrl}${path}`, ends)).status;
  };
  expect(await post("/v1/clients/acme_sync/suspend", {})).toBe(200);
  expect(await post("/v1/bans", { ban: { network: "198.51.100.0/24" }, for: "1h" })).toBe(201);
  expect(await post("/v1/overlays", { id: "short", mode: "off", of: "flood", for: "4s" })).toBe(201);
  first.child.kill("SIGKILL");
  await first.ended;
  const second = await serve(["--config", "serve.yaml"], options);
  expect(await decide(second.url, { client: "acme_sync" })).toMatchObject({
    verdict: "block",
    overlays: expect.arrayContaining(["suspend:acme_sync"]) as string[],
  });
  expect(await decide(second.url, { client: "beta_sync" })).toMatchObject({ verdict: "allow" });
  expect(await decide(second.url, { ip: "198.51.100.7" })).toMatchObject({ verdict: "block", reason: "killed" });
  await expect
    .poll(() => decide(second.url, { path: "/flood" }), { timeout: 10_000 })
    .toMatchObject({ verdict: "throttle" });
  expect(second.stderr()).not.toMatch(/warning/i);
  const verified = edgepolicy(["audit", "verify", "data", "--format", "json"], { cwd });
  expect(JSON.parse(verified.stdout)).toMatchObject({ ok: true, entries: 5, first: 1 });
  second.child.kill("SIGTERM");
  expect(await second.ended).toBe(0);
  expect(edgepolicy(["audit", "log", "data"], { cwd }).stdout).toMatch(/client\.suspended {2}m\.rossi: inc-42/);
});

test("is one server's folder at a time, and is not begun anew where it is damaged", { timeout: 60_000 }, async () => {
  const cwd = folder();
  const options = { cwd, env: { ROSSI } };
  const first = await serve(["--config", "serve.yaml"], options);
  const argv = ["serve", "--config", "serve.yaml", "--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
  const second = edgepolicy(argv, options);
  expect(second).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("another server uses the data folder") as string,
  });
  first.child.kill("SIGTERM");
  await first.ended;
  const path = join(cwd, "data/edgepolicy.db");
  writeFileSync(path, readFileSync(path).subarray(0, Math.floor(statSync(path).size / 2)));
  const third = edgepolicy(argv, options);
  expect(third.status).toBe(2);
  expect(third.stderr).toMatch(/^edgepolicy: `.*edgepolicy\.db` is damaged: .*\n {2}restore the folder from a backup/);
});

test("shows what was changed in its audit log", { timeout: 60_000 }, async () => {
  const cwd = folder();
  const { adminUrl, child, ended } = await serve(["--config", "serve.yaml"], { cwd, env: { ROSSI } });
  const headers = { authorization: `Bearer ${ROSSI}`, "content-type": "application/json" };
  const body = JSON.stringify({ reason: "leaked key" });
  await fetch(`${adminUrl}/v1/clients/acme_sync/revoke`, { method: "POST", headers, body });
  const exported = await (await fetch(`${adminUrl}/v1/audit`, { headers })).text();
  writeFileSync(join(cwd, "export.ndjson"), exported);
  child.kill("SIGTERM");
  await ended;
  const verify = (...more: string[]): ReturnType<typeof edgepolicy> =>
    edgepolicy(["audit", "verify", ...more], { cwd });
  expect(verify("export.ndjson", "--key", "data/audit.pub").status).toBe(0);
  expect(verify("data", "--earlier", "export.ndjson")).toMatchObject({
    status: 0,
    stdout: expect.stringMatching(/^data is whole: 3 entries \(1 to 3\), 2 checkpoints/) as string,
  });
  writeFileSync(join(cwd, "changed.ndjson"), exported.replace("leaked key", "mere habit"));
  expect(verify("changed.ndjson")).toMatchObject({
    status: 1,
    stdout: "changed.ndjson is not whole: entry 2 has not the hash of its content\n",
  });
  expect(verify("export.ndjson", "--earlier", "data").status).toBe(1);
  expect(verify("nowhere").status).toBe(2);
});
