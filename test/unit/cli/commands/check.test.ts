/** `edgepolicy check`. */
import { mkdirSync, symlinkSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { edgepolicy, folderWith, SIGN_IN } from "../run.ts";

const WRONG = SIGN_IN.replace("fails > 2", "failz > 2");
/** Nobody reads the second signal. */
const DOUBTFUL = SIGN_IN.replace("policy", "// lint\nlist unused : ip = [203.0.113.1]\npolicy");

test("says that a policy is fine, with what is in it", async () => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN });
  const answer = await edgepolicy(["check", at("p.edgepolicy")]);
  expect(answer).toEqual({
    status: 0,
    stdout: `${at("p.edgepolicy")}: fine; 2 signals, 1 limit, 1 rule\n`,
    stderr: "",
  });
});

test("shows an error with its place and help, and exits 1", async () => {
  const at = folderWith({ "p.edgepolicy": WRONG });
  const { status, stdout, stderr } = await edgepolicy(["check", at("p.edgepolicy")]);
  expect(status).toBe(1);
  expect(stdout).toBe(`${at("p.edgepolicy")}: 1 error, 0 warnings\n`);
  expect(stderr).toContain(`${at("p.edgepolicy")}:13:29`);
  expect(stderr).toMatch(/did you mean `fails`/);
});

test("prints the same as JSON on standard output alone", async () => {
  const at = folderWith({ "p.edgepolicy": WRONG });
  const { status, stdout, stderr } = await edgepolicy(["check", at("p.edgepolicy"), "--format", "json"]);
  expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
  expect(JSON.parse(stdout)).toMatchObject({
    ok: false,
    diagnostics: [{ severity: "error", file: at("p.edgepolicy"), line: 13, column: 29, endLine: 13, endColumn: 34 }],
  });
});

test("checks every file, and fails if one does", async () => {
  const at = folderWith({ "a.edgepolicy": SIGN_IN, "b.edgepolicy": WRONG });
  const { status, stdout } = await edgepolicy(["check", at("a.edgepolicy"), at("b.edgepolicy")]);
  expect(status).toBe(1);
  expect(stdout).toMatch(/a\.edgepolicy: fine.*\n.*b\.edgepolicy: 1 error/);
});

test("lets warnings pass unless they are denied", async () => {
  const at = folderWith({ "p.edgepolicy": DOUBTFUL });
  const lax = await edgepolicy(["check", at("p.edgepolicy")]);
  expect(lax.stderr).toMatch(/^warning\[EP3/);
  expect(lax.status).toBe(0);
  expect((await edgepolicy(["check", "--deny", "warnings", at("p.edgepolicy")])).status).toBe(1);
  const json = await edgepolicy(["check", "--deny", "warnings", "--format", "json", at("p.edgepolicy")]);
  expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, diagnostics: [{ severity: "warning" }] });
});

test("tells the bytes that state costs", async () => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN });
  const { stdout } = await edgepolicy(["check", "--cost", at("p.edgepolicy")]);
  expect(stdout.split("\n").slice(1)).toEqual([
    "  count     fails       88 bytes a key",
    "  distinct  agents     168 bytes a key, 2504 for a key with many values",
    "  limit     pace        40 bytes a key",
    "  ban       stuffing    24 bytes a key",
    "",
  ]);
  const json = await edgepolicy(["check", "--cost", "--format", "json", at("p.edgepolicy")]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    state: [{ name: "fails", kind: "count", bytesPerKey: 88 }, {}, {}, {}],
  });
});

describe("a file that is no policy", () => {
  test("is exit 2 where it cannot be read", async () => {
    const at = folderWith({});
    mkdirSync(at("folder"));
    symlinkSync(at("nowhere"), at("dangling"));
    for (const [name, message] of [
      ["missing", "there is no such file"],
      ["dangling", "there is no such file"],
      ["folder", "it is a directory"],
    ] as const) {
      const { status, stdout, stderr } = await edgepolicy(["check", at(name), "--format", "json"]);
      expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
      expect(stderr).toMatch(new RegExp(`^edgepolicy: ${at(name)}: ${message}\n  \\S`));
    }
  });

  test.each([
    ["too large", Buffer.alloc(1024 ** 2 + 1, " "), /larger than 1 MiB/],
    ["not UTF-8", Buffer.from([0x70, 0xff, 0xfe]), /not UTF-8 \(byte 1\)[\s\S]*save the file as UTF-8/],
    ["binary", Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 0]), /binary, not text/],
    ["empty", "", /error\[EP/],
  ])("is exit 1 with a diagnostic where it is %s", async (_, content, message) => {
    const at = folderWith({ "p.edgepolicy": content });
    const { status, stderr } = await edgepolicy(["check", at("p.edgepolicy")]);
    expect(status).toBe(1);
    expect(stderr).toMatch(message);
    expect(stderr).toContain(at("p.edgepolicy"));
  });

  test.each(['import "gone.edgepolicy"', 'clients from "gone.yaml"', 'list traps : path from "gone.txt"'])(
    "is exit 1 where it names a missing file: %s",
    async (declaration) => {
      const at = folderWith({ "p.edgepolicy": `${SIGN_IN}\n${declaration}\n` });
      const { status, stderr } = await edgepolicy(["check", at("p.edgepolicy")]);
      expect(status).toBe(1);
      expect(stderr).toMatch(/gone/);
      expect(stderr).toContain(`${at("p.edgepolicy")}:16:`);
    },
  );
});
