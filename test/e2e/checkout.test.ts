/** The program as it is called in a checkout, through npm, from any folder. */
import { spawnSync } from "node:child_process";
import { globSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const ROOT = join(import.meta.dirname, "../..");

test("npm run edgepolicy takes paths from where it was called", () => {
  const env = { ...process.env, INIT_CWD: join(ROOT, "examples/orders"), NO_COLOR: "1" };
  const args = [join(ROOT, "scripts/run.mjs"), "edgepolicy", "check", "orders.edgepolicy"];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: ROOT, env, encoding: "utf8" });
  expect({ status, stdout }).toEqual({
    status: 0,
    stdout: expect.stringMatching(/^orders\.edgepolicy: fine; \d+ signals/),
  });
});

test("the examples are in the canonical format", () => {
  const files = globSync("examples/*/*.edgepolicy", { cwd: ROOT }).sort();
  expect(files.length).toBeGreaterThanOrEqual(4);
  const args = [join(ROOT, "cli/bin.ts"), "fmt", "--check", ...files];
  const { status, stdout } = spawnSync(process.execPath, args, { cwd: ROOT, encoding: "utf8" });
  expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
});
