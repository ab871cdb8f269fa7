/** `edgepolicy fmt`. */
import { chmodSync, lstatSync, readdirSync, statSync, symlinkSync } from "node:fs";
import { dirname } from "node:path";
import { expect, test } from "vitest";
import { edgepolicy, folderWith, SIGN_IN, textOf } from "../run.ts";

const LOOSE = SIGN_IN.replace("owner   ", "owner ").replace("signal fails  =", "signal   fails=");

test("rewrites files that differ, and nothing else", async () => {
  const at = folderWith({ "a.edgepolicy": LOOSE, "b.edgepolicy": SIGN_IN });
  chmodSync(at("a.edgepolicy"), 0o640);
  const before = statSync(at("b.edgepolicy")).mtimeMs;
  const answer = await edgepolicy(["fmt", at("a.edgepolicy"), at("b.edgepolicy")]);
  expect(answer).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(textOf(at("a.edgepolicy"))).toBe(SIGN_IN);
  expect(statSync(at("a.edgepolicy")).mode & 0o777).toBe(0o640);
  expect(statSync(at("b.edgepolicy")).mtimeMs).toBe(before);
  expect(readdirSync(dirname(at("a.edgepolicy"))).sort()).toEqual(["a.edgepolicy", "b.edgepolicy"]);
});

test("writes through a link and leaves it one", async () => {
  const at = folderWith({ "a.edgepolicy": LOOSE });
  symlinkSync(at("a.edgepolicy"), at("link"));
  await edgepolicy(["fmt", at("link")]);
  expect(lstatSync(at("link")).isSymbolicLink()).toBe(true);
  expect(textOf(at("a.edgepolicy"))).toBe(SIGN_IN);
});

test("names with --check the files that differ, writes nothing and exits 1", async () => {
  const at = folderWith({ "a.edgepolicy": LOOSE, "b.edgepolicy": SIGN_IN });
  const answer = await edgepolicy(["fmt", "--check", at("a.edgepolicy"), at("b.edgepolicy")]);
  expect(answer).toEqual({ status: 1, stdout: `${at("a.edgepolicy")}\n`, stderr: "" });
  expect(textOf(at("a.edgepolicy"))).toBe(LOOSE);
  expect((await edgepolicy(["fmt", "--check", at("b.edgepolicy")])).status).toBe(0);
});

test("formats standard input to standard output", async () => {
  expect(await edgepolicy(["fmt", "-"], { stdin: LOOSE })).toEqual({ status: 0, stdout: SIGN_IN, stderr: "" });
  expect(await edgepolicy(["fmt", "--check", "-"], { stdin: LOOSE })).toMatchObject({ status: 1, stdout: "-\n" });
  expect(await edgepolicy(["fmt", "--check", "-"], { stdin: SIGN_IN })).toMatchObject({ status: 0, stdout: "" });
});

test("reports as JSON", async () => {
  const at = folderWith({ "a.edgepolicy": LOOSE });
  const { stdout } = await edgepolicy(["fmt", "--check", "--format", "json", at("a.edgepolicy")]);
  expect(JSON.parse(stdout)).toEqual({
    ok: false,
    files: [{ file: at("a.edgepolicy"), changed: true }],
    diagnostics: [],
  });
  const piped = await edgepolicy(["fmt", "--format", "json", "-"], { stdin: LOOSE });
  expect(JSON.parse(piped.stdout)).toMatchObject({ ok: true, text: SIGN_IN });
});

test("leaves a file with syntax errors as it is, and goes on with the others", async () => {
  const broken = "policy {";
  const at = folderWith({ "a.edgepolicy": broken, "b.edgepolicy": LOOSE });
  const { status, stderr } = await edgepolicy(["fmt", at("a.edgepolicy"), at("b.edgepolicy")]);
  expect(status).toBe(1);
  expect(stderr).toContain(`${at("a.edgepolicy")}:1:`);
  expect(textOf(at("a.edgepolicy"))).toBe(broken);
  expect(textOf(at("b.edgepolicy"))).toBe(SIGN_IN);
});

test.each([
  ["not UTF-8", Buffer.from([0x70, 0xff]), /is not UTF-8 \(byte 1\)/],
  ["binary", Buffer.from([0, 1, 2]), /is binary, not text/],
])("refuses a file that is %s", async (_, content, message) => {
  const at = folderWith({ p: content });
  const { status, stderr } = await edgepolicy(["fmt", at("p")]);
  expect(status).toBe(1);
  expect(stderr).toMatch(message);
});

test.each([
  ["too large a file", (at: (name: string) => string) => [at("large")], /larger than 1 MiB/],
  ["a missing file", (at: (name: string) => string) => [at("missing")], /there is no such file/],
  [
    "standard input among files",
    (at: (name: string) => string) => ["-", at("large")],
    /`-` cannot be combined with files/,
  ],
])("cannot run on %s", async (_, argv, message) => {
  const at = folderWith({ large: Buffer.alloc(1024 ** 2 + 1, " ") });
  const { status, stderr } = await edgepolicy(["fmt", ...argv(at)]);
  expect(status).toBe(2);
  expect(stderr).toMatch(message);
});

test("cannot run on standard input that is too large", async () => {
  const { status, stderr } = await edgepolicy(["fmt", "-"], { stdin: Buffer.alloc(1024 ** 2 + 1, " ") });
  expect(status).toBe(2);
  expect(stderr).toContain("larger than 1 MiB");
});
