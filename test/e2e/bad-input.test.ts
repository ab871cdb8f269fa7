/** Bad input, to the installed program: the place, what is wrong, what to do, and the right exit status. */
import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { edgepolicy, FAILED_SIGN_IN, folderWith, SIGN_IN } from "./program.ts";

const LOG_LINE = '203.0.113.9 - - [17/May/2015:10:05:03 +0000] "GET /index.html HTTP/1.1" 200 100 "-" "curl/8"\n';

/** Commands that take a policy, each with its own way of reading it. */
const COMMANDS = ["check", "fmt", "serve"];

describe.each(COMMANDS)("%s", (command) => {
  test("exits 2 where the policy cannot be read", () => {
    const cwd = folderWith();
    mkdirSync(join(cwd, "folder"));
    symlinkSync("nowhere", join(cwd, "dangling"));
    symlinkSync("circle", join(cwd, "circle"));
    for (const [name, message] of [
      ["missing", "there is no such file"],
      ["dangling", "there is no such file"],
      ["circle", "links lead round in a circle"],
      ["folder", "it is a directory"],
    ]) {
      const { status, stdout, stderr } = edgepolicy([command, name ?? ""], { cwd });
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(stderr).toMatch(new RegExp(`^edgepolicy: (\\w+: )?${name}: ${message}\n  .+\n$`));
    }
  });

  test("exits 1 where the policy is no text", () => {
    const cwd = folderWith({
      latin: Buffer.from([0x70, 0xe9, 0x0a]),
      binary: Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0]),
    });
    for (const [name, message] of [
      ["latin", /is not UTF-8 \(byte 2\)[\s\S]*UTF-8/],
      ["binary", /is binary, not text/],
    ] as const) {
      const { status, stderr } = edgepolicy([command, name], { cwd });
      expect(status).toBe(1);
      expect(stderr).toMatch(message);
      expect(stderr).toContain(name);
    }
  });
});

test("a policy that is too large is refused without being read", () => {
  const cwd = folderWith({ p: Buffer.alloc(1024 ** 2 + 1, " ") });
  const { status, stderr } = edgepolicy(["check", "p"], { cwd });
  expect(status).toBe(1);
  expect(stderr).toMatch(/larger than 1 MiB/);
});

test("names, commands and options that are slips are answered with what was meant", () => {
  const cwd = folderWith({ p: SIGN_IN.replace("on login when", "on logn when") });
  expect(edgepolicy(["simluate"], { cwd })).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("did you mean `simulate`?") as string,
  });
  expect(edgepolicy(["check", "--dney", "warnings", "p"], { cwd })).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("did you mean `--deny`?") as string,
  });
  expect(edgepolicy(["check", "p"], { cwd })).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("did you mean `login`") as string,
  });
});

test("requests that are none stop decide with their line, or are counted with --skip-bad", () => {
  const bad = [FAILED_SIGN_IN, "garbage\n", '{"method":"GET","path":"/","ip":"300.1.1.1"}\n', FAILED_SIGN_IN].join("");
  const cwd = folderWith({ p: SIGN_IN, bad });
  const stopped = edgepolicy(["decide", "p", "--requests", "bad"], { cwd });
  expect(stopped.status).toBe(2);
  expect(stopped.stdout.split("\n").length).toBe(2);
  expect(stopped.stderr).toMatch(/^edgepolicy: bad:2: not JSON.*\n.*--skip-bad\n$/);
  const skipped = edgepolicy(["decide", "p", "--requests", "bad", "--skip-bad"], { cwd });
  expect(skipped.status).toBe(0);
  expect(skipped.stdout.split("\n").length).toBe(3);
  expect(skipped.stderr).toMatch(
    /skipped bad:2: .*[\s\S]*skipped bad:3: .*ip.*[\s\S]*bad: skipped 2 lines of 4 lines\n$/,
  );
});

test("log lines that do not parse stop replay with their line, or are counted with --skip-bad", () => {
  const cwd = folderWith({ p: SIGN_IN, log: `${LOG_LINE}\u001B[31m what is this\n${LOG_LINE}` });
  const stopped = edgepolicy(["replay", "p", "log"], { cwd });
  expect(stopped).toMatchObject({ status: 2, stdout: "" });
  expect(stopped.stderr).toMatch(/^edgepolicy: log:2: no time .*\n.*--skip-bad/);
  const skipped = edgepolicy(["replay", "p", "log", "--skip-bad"], { cwd });
  expect(skipped.status).toBe(0);
  expect(skipped.stdout).toMatch(/1 line skipped\n +line 2: no time/);
  expect(skipped.stdout).not.toContain("\u001B");
});

test("a log that cannot be read exits 2", () => {
  const cwd = folderWith({ p: SIGN_IN });
  mkdirSync(join(cwd, "folder"));
  expect(edgepolicy(["replay", "p", "folder"], { cwd })).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("folder: it is a directory") as string,
  });
  expect(edgepolicy(["replay", "p", "missing"], { cwd })).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("missing: there is no such file") as string,
  });
});
