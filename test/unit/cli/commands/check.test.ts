/** `edgepolicy check`. */
import { mkdirSync, statSync, symlinkSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { fits } from "../../../helpers/json-schema.ts";
import { SARIF_SCHEMA } from "../../../helpers/sarif-schema.ts";
import { edgepolicy, folderWith, SIGN_IN, textOf } from "../run.ts";

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

test("counts the invariants, which it does not prove; no job that denies warnings fails for having some", async () => {
  const invariants = 'invariant "a" on login then never slow\ninvariant "b" then never challenge\n';
  const at = folderWith({ "p.edgepolicy": SIGN_IN + invariants });
  const answer = await edgepolicy(["check", "--deny", "warnings", at("p.edgepolicy")]);
  expect(answer).toEqual({
    status: 0,
    stdout: `${at("p.edgepolicy")}: fine; 2 signals, 1 limit, 1 rule; 2 invariants not proven, for edgepolicy prove\n`,
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

test("tells what state and work a policy costs", async () => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN });
  const { stdout } = await edgepolicy(["check", "--cost", at("p.edgepolicy")]);
  expect(stdout.split("\n").slice(1)).toEqual([
    "  memory 256 MB, shared by 4 tables of 64 MB",
    "    count     fails      88 bytes a key, room for at least 281,792",
    "    distinct  agents    136 bytes a key, room for at least 91,392; 2,472 bytes for a key with many values",
    "    limit     pace       24 bytes a key, room for at least 1,037,299",
    "    ban       stuffing   24 bytes a key, room for at least 1,037,299",
    "  work at most 160 steps and 1 for each character of its texts a request; a step is one comparison, look-up or character",
    "    rule    stuffing  149 steps",
    "    signal  agents    5 steps and 1 for each character of its texts",
    "    signal  fails     4 steps",
    "    limit   pace      2 steps",
    "",
  ]);
  const json = await edgepolicy(["check", "--cost", "--format", "json", at("p.edgepolicy")]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    state: [{ name: "fails", kind: "count", bytesPerKey: 88, keys: 281_792 }, {}, {}, {}],
    work: [{ kind: "signal", name: "fails", line: 8, steps: 4, perCharacter: 0 }, {}, {}, {}],
    total: [{ file: at("p.edgepolicy"), memoryBytes: 268_435_456, tables: 4, steps: 160, perCharacter: 1 }],
  });
});

describe("--fix", () => {
  const FIXABLE = SIGN_IN.replace(
    "rule stuffing",
    "rule a when method in [POST] and not has client then slow 1s\nrule stuffing",
  );

  test("mends what is certain, says so, and leaves the rest of the text", async () => {
    const at = folderWith({ "p.edgepolicy": FIXABLE });
    const { status, stdout, stderr } = await edgepolicy(["check", "--fix", at("p.edgepolicy")]);
    expect(textOf(at("p.edgepolicy"))).toBe(
      FIXABLE.replace("in [POST]", "is POST").replace("not has client", "no client"),
    );
    expect(stdout).toBe(`${at("p.edgepolicy")}: 2 mended; fine; 2 signals, 1 limit, 2 rules\n`);
    expect(stderr).toMatch(/^mended\[EP3053\]: .*\n --> .*p\.edgepolicy:13:\d+\nmended\[EP3055\]/);
    expect(status).toBe(0);
  });

  test("tells what is left, and fails by that", async () => {
    const at = folderWith({ "p.edgepolicy": `${FIXABLE}\nrule odd when ip in 10.0.0.1/8 and nothing then slow 1s\n` });
    const { status, stdout } = await edgepolicy(["check", "--fix", "--format", "json", at("p.edgepolicy")]);
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({
      diagnostics: [{ code: "EP2001" }],
      mended: [{ code: "EP1109", line: 17 }],
    });
    expect(textOf(at("p.edgepolicy"))).toContain("10.0.0.0/8 and nothing");
  });

  test("leaves imports of other folders as they are", async () => {
    const shared = "rule shared when method in [POST] then slow 1s\n";
    const at = folderWith({
      "own/p.edgepolicy": `${SIGN_IN}import "part.edgepolicy"\nimport "../shared.edgepolicy"\n`,
      "own/part.edgepolicy": shared.replace("shared", "part"),
      "shared.edgepolicy": shared,
    });
    const { stdout } = await edgepolicy(["check", "--fix", at("own/p.edgepolicy")]);
    expect(stdout).toContain("1 mended; 1 warning");
    expect(textOf(at("own/part.edgepolicy"))).toContain("method is POST");
    expect(textOf(at("shared.edgepolicy"))).toBe(shared);
  });

  test("writes nothing where there is nothing to mend", async () => {
    const at = folderWith({ "p.edgepolicy": SIGN_IN });
    const before = statSync(at("p.edgepolicy")).ino;
    await edgepolicy(["check", "--fix", at("p.edgepolicy")]);
    expect(statSync(at("p.edgepolicy")).ino).toBe(before);
  });
});

test("prints a SARIF log", async () => {
  const at = folderWith({ "p.edgepolicy": WRONG });
  const { status, stdout, stderr } = await edgepolicy(["check", "--format", "sarif", at("p.edgepolicy")]);
  expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
  const log = JSON.parse(stdout);
  expect(fits(log, SARIF_SCHEMA)).toBe(true);
  expect(log.runs[0].results).toMatchObject([{ ruleId: "EP2001", level: "error" }]);
});

test("explains a code", async () => {
  const known = await edgepolicy(["check", "--explain", "ep2107"]);
  expect(known).toMatchObject({ status: 0, stderr: "" });
  expect(known.stdout).toMatch(/^EP2107: value that can be missing is read without a guard\n\n.*`has x and`/);
  const json = await edgepolicy(["check", "--explain", "EP2107", "--format", "json"]);
  expect(JSON.parse(json.stdout)).toEqual({
    code: "EP2107",
    title: "value that can be missing is read without a guard",
    explanation: expect.stringContaining("`has x and`"),
  });
  const unknown = await edgepolicy(["check", "--explain", "EP0"]);
  expect(unknown).toMatchObject({ status: 2, stdout: "", stderr: expect.stringContaining("there is no code `EP0`") });
});

test("dates of the inventory are told by the clock", async () => {
  const clients = `clients:
  - id: acme_sync
    kind: partner
    owner: { team: sales, accountable: m.rossi }
    environment: prod
    status: active
    expires: 2020-01-31
`;
  const at = folderWith({ "p.edgepolicy": `${SIGN_IN}clients from "c.yaml"\n`, "c.yaml": clients });
  expect((await edgepolicy(["check", at("p.edgepolicy")])).stderr).toMatch(/EP3030.*ended on 2020-01-31/);
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

describe("--via", () => {
  test("is asked for where --shows is given: it would change nothing", async () => {
    const at = folderWith({ "p.edgepolicy": SIGN_IN });
    const { status, stderr } = await edgepolicy(["check", "--shows", "outcomes", at("p.edgepolicy")]);
    expect([status, stderr]).toEqual([2, expect.stringContaining("--shows says what callers show, but none is named")]);
  });

  test("is an error where the policy relies on what a caller does not show", async () => {
    const at = folderWith({ "p.edgepolicy": SIGN_IN });
    const { status, stdout, stderr } = await edgepolicy(["check", "--via", "inline,nginx", at("p.edgepolicy")]);
    expect(status).toBe(1);
    expect(stdout).toMatch(/: \d+ errors?, 0 warnings\n$/);
    expect(stderr).toMatch(/error\[EP4001\]: .* nginx does not show what the service answered/);
  });

  test("holds for callers that show it, or were made to", async () => {
    const at = folderWith({ "p.edgepolicy": SIGN_IN });
    for (const args of [
      ["--via", "inline"],
      ["--via", "envoy", "--via", "traefik", "--shows", "outcomes", "--shows", "bodies"],
    ]) {
      expect(await edgepolicy(["check", ...args, at("p.edgepolicy")])).toMatchObject({ status: 0, stderr: "" });
    }
  });
});
