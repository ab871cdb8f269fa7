/** `npm start`, as the script that it ends in: the whole demonstration once, and what keeps it from beginning. */
import { spawnSync } from "node:child_process";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, test } from "vitest";

const SCRIPT = join(import.meta.dirname, "../../scripts/start.ts");

function start(...args: readonly string[]): { status: number | null; stdout: string; stderr: string } {
  const env = { ...process.env, NO_COLOR: "1", PORT: "" };
  return spawnSync(process.execPath, [SCRIPT, ...args], { encoding: "utf8", env, timeout: 55_000 });
}

test("shows the attack stopped, in the simulator and live, and ends by itself", () => {
  const { status, stdout, stderr } = start("--once", "--port", "0");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/stuffers: tries let through +[\d,]+ of [\d,]+ \(100 %\) +\d+ of /);
  expect(stdout).toMatch(/enforcement point +http:\/\/127\.0\.0\.1:\d+/);
  expect(stdout).toMatch(/acme_sync +GET +\/v1\/orders\/10001 +allow/);
  expect(stdout).toMatch(/198\.18\.\d+\.\d+ +POST +\/v1\/login +block 403 +stuffing: /);
  expect(stdout).toMatch(/partners +[1-9]\d* requests served, 0 refused/);
  expect(stdout).toMatch(/strangers +\d+ let through, [1-9]\d* refused/);
});

test("says in one line that the port is taken, and exits 2", async () => {
  const blocker = createServer();
  await new Promise<void>((resolve) => blocker.listen(0, "127.0.0.1", resolve));
  const { port } = blocker.address() as AddressInfo;
  const { status, stdout, stderr } = start("--port", String(port));
  blocker.close();
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(new RegExp(`^edgepolicy: port ${port} .*npm start -- --port \\d+\\n$`));
});
