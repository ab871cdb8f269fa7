/** State in a file: kept over a restart, refused with its reason, and no failure of the disk is one of the server's. */
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { serve, temporaryFolder, type TestServer, until } from "../../helpers/server.ts";

const POLICY = `policy "kept" { default allow }
signal calls = count per ip over 10m
limit pace per ip allow 5 per 1h burst 5
rule trap when path == "/.env" then block for 1h per ip`;

async function decide({ url }: TestServer, path: string, ip = "192.0.2.1"): Promise<Record<string, unknown>> {
  const response = await fetch(`${url}/authz/json`, {
    method: "POST",
    body: JSON.stringify({ method: "GET", path, ip }),
  });
  return (await response.json()) as Record<string, unknown>;
}

function stateIn(): string {
  return join(temporaryFolder(), "orders.state");
}

test("what was counted, charged and banned goes on after a stop", async () => {
  const state = stateIn();
  const first = await serve(POLICY, { state });
  for (let call = 0; call < 5; call++) await decide(first, "/");
  expect(await decide(first, "/.env", "192.0.2.2")).toMatchObject({ verdict: "block", by: "trap" });
  await first.running.stop();
  expect(statSync(state).mode & 0o077).toBe(0);
  const second = await serve(POLICY, { state });
  expect(second.reports[0]).toMatch(/orders\.state` taken up: kept 3/);
  expect(await decide(second, "/")).toMatchObject({ verdict: "throttle", by: "pace" });
  expect(await decide(second, "/", "192.0.2.2")).toMatchObject({ verdict: "block", by: "trap" });
  expect(await second.metrics()).toMatch(/edgepolicy_state_age_seconds 0\.\d+/);
});

test("is written again and again, and says what another policy takes up", async () => {
  const state = stateIn();
  const first = await serve(POLICY, { state, stateIntervalMs: 20 });
  const before = readFileSync(state);
  for (let call = 0; call < 5; call++) await decide(first, "/");
  await until(() => !readFileSync(state).equals(before));
  await first.running.stop();
  const second = await serve(POLICY.replace("over 10m", "over 20m"), { state });
  expect(second.reports[0]).toMatch(/taken up: kept 2; started fresh: calls$/);
});

test("bans are noted at once, whatever the interval is", async () => {
  const state = stateIn();
  const server = await serve(POLICY, { state, stateIntervalMs: 1_000_000 });
  await decide(server, "/.env", "192.0.2.2");
  await until(() => readFileSync(`${state}.bans`, "utf8") !== "");
  const [owner, , , until_, length] = JSON.parse(readFileSync(`${state}.bans`, "utf8").trim()) as unknown[];
  expect([owner, length]).toEqual([expect.stringMatching(/^enforced /), 3_600_000_000]);
  expect(until_).toBeGreaterThan(Date.now() * 1_000);
});

test("a file that is no state is refused, kept aside, and the engine starts fresh", async () => {
  const state = stateIn();
  writeFileSync(state, "not a snapshot");
  writeFileSync(`${state}.bans`, "[]\n");
  const server = await serve(POLICY, { state });
  expect(server.reports).toEqual([
    `state \`${state}\` refused: it is no snapshot; it is kept as \`${state}.refused\`, and the engine starts fresh`,
  ]);
  expect(readFileSync(`${state}.refused`, "utf8")).toBe("not a snapshot");
  expect(await decide(server, "/")).toMatchObject({ verdict: "allow" });
});

test("does not start where a file that is no state cannot be kept aside, and says so", async () => {
  const state = stateIn();
  writeFileSync(state, "not a snapshot");
  mkdirSync(`${state}.refused`);
  await expect(serve(POLICY, { state })).rejects.toMatchObject({
    code: "state_unusable",
    message: expect.stringContaining(`cannot write the state \`${state}\``) as string,
  });
});

test("bans that were being written are left out, and what is no ban is too", async () => {
  const state = stateIn();
  await (await serve(POLICY, { state })).running.stop();
  writeFileSync(`${state}.bans`, '["enforced nobody",1,2,3,4]\n{"a":1}\n["enforced trap",1,');
  const server = await serve(POLICY, { state });
  expect(server.reports[0]).toMatch(/taken up: kept 3$/);
});

test("does not start where the state can be neither written nor read", async () => {
  const folder = temporaryFolder();
  await expect(serve(POLICY, { state: join(folder, "no", "state") })).rejects.toMatchObject({ code: "state_unusable" });
  mkdirSync(join(folder, "d"));
  await expect(serve(POLICY, { state: join(folder, "d") })).rejects.toMatchObject({ code: "state_unusable" });
  // It would be renamed if it were taken for a damaged state.
  symlinkSync("/dev/null", join(folder, "null"));
  await expect(serve(POLICY, { state: join(folder, "null") })).rejects.toThrow("it is no file");
  expect(readlinkSync(join(folder, "null"))).toBe("/dev/null");
});

test("a disk that fails is told once, and decisions go on", async () => {
  const folder = temporaryFolder();
  const inner = join(folder, "inner");
  mkdirSync(inner);
  const server = await serve(POLICY, { state: join(inner, "state"), stateIntervalMs: 20 });
  rmSync(inner, { recursive: true });
  await until(() => server.reports.some((line) => line.startsWith("cannot write the state")));
  expect(await decide(server, "/")).toMatchObject({ verdict: "allow" });
  await until(async () => /state_write_failures_total [2-9]/.test(await server.metrics()));
  expect(server.reports).toHaveLength(1);
  mkdirSync(inner);
  await until(() => server.reports.length > 1);
  expect(server.reports[1]).toBe(`the state \`${join(inner, "state")}\` is written again`);
});

test("leaves nothing aside", async () => {
  const state = stateIn();
  const server = await serve(POLICY, { state, stateIntervalMs: 10 });
  await until(() => existsSync(`${state}.bans`));
  await server.running.stop();
  expect(readdirSync(join(state, "..")).sort()).toEqual(["orders.state", "orders.state.bans", "orders.state.lock"]);
});

test("is one server's at a time: another does not start, and writes nothing over it", async () => {
  const state = stateIn();
  const server = await serve(POLICY, { state, stateIntervalMs: 1_000_000 });
  await decide(server, "/.env", "192.0.2.2");
  const before = readdirSync(join(state, "..")).map((name) => readFileSync(join(state, "..", name), "utf8"));
  await expect(serve(POLICY, { state })).rejects.toMatchObject({
    code: "state_unusable",
    message: `another server uses the state \`${state}\``,
  });
  expect(readdirSync(join(state, "..")).map((name) => readFileSync(join(state, "..", name), "utf8"))).toEqual(before);
  await server.running.stop();
  expect(await decide(await serve(POLICY, { state }), "/", "192.0.2.2")).toMatchObject({ verdict: "block" });
});
