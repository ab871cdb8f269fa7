/** `edgepolicy decide`. */
import { mkdirSync, symlinkSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { edgepolicy, folderWith, SIGN_IN } from "../run.ts";

function signIn(extra: object = {}): string {
  return JSON.stringify({ method: "POST", path: "/v1/login", ip: "203.0.113.9", ...extra });
}

const REFUSED = { response: { status: 401 } };

function verdicts(stdout: string): unknown[] {
  return stdout
    .trimEnd()
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => (JSON.parse(line) as { verdict: unknown }).verdict);
}

test("decides from standard input, one line for each request, numbered", async () => {
  const at = folderWith({ p: SIGN_IN });
  const { status, stdout, stderr } = await edgepolicy(["decide", at("p")], { stdin: `${signIn()}\n\n${signIn()}` });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const lines = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
  expect(lines).toMatchObject([
    { n: 1, verdict: "allow", status: 200, by: null, limits: [{ name: "pace", remaining: 9, resetAfter: 6 }] },
    { n: 2, limits: [{ remaining: 8, resetAfter: 12 }] },
  ]);
});

test("observes a response at once, and before later requests where it comes after", async () => {
  const at = folderWith({
    p: SIGN_IN,
    // The last two outcomes come at 3 s and 2 s: the request at 2.5 s sees one of them, that at 3 s both.
    requests: [
      signIn({ at: 0, ...REFUSED }),
      signIn({ response: { status: 401, after: "3s" } }),
      signIn({ response: { status: 401, after: "2s" } }),
      signIn({ at: 2500 }),
      signIn({ at: 3000 }),
    ].join("\n"),
  });
  const { stdout } = await edgepolicy(["decide", at("p"), "--requests", at("requests"), "--engine", "both"]);
  expect(verdicts(stdout)).toEqual(["allow", "allow", "allow", "allow", "block"]);
});

test.each(["compiled", "reference", "both"])("decides the same with --engine %s", async (engine) => {
  const at = folderWith({ p: SIGN_IN });
  const stdin = [signIn(REFUSED), signIn(REFUSED), signIn(REFUSED), signIn()].join("\n");
  const { status, stdout } = await edgepolicy(["decide", at("p"), "--engine", engine], { stdin });
  expect(status).toBe(0);
  expect(verdicts(stdout)).toEqual(["allow", "allow", "allow", "block"]);
});

describe("--overlays", () => {
  const kill = {
    id: "o1",
    author: "a",
    reason: "leaked",
    ends: "2026-01-01T00:01:00Z",
    kill: { network: "203.0.113.0/24" },
  };

  test.each(["compiled", "reference", "both"])("are in force until they end, with --engine %s", async (engine) => {
    const at = folderWith({ p: SIGN_IN, o: JSON.stringify(kill) });
    const stdin = [signIn({ at: 0 }), signIn({ at: 60_000 })].join("\n");
    const { status, stdout, stderr } = await edgepolicy(
      ["decide", at("p"), "--overlays", at("o"), "--engine", engine],
      { stdin },
    );
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const lines = stdout.trimEnd().split("\n");
    expect(lines.map((line) => JSON.parse(line) as object)).toMatchObject([
      { verdict: "block", reason: "killed", overlays: ["o1"] },
      { verdict: "allow", overlays: [] },
    ]);
  });

  test("that name what the policy does not have are said to have no effect", async () => {
    const mode = { ...kill, kill: undefined, mode: "off", of: "pece" };
    const client = { ...kill, id: "o2", kill: { client: "acme" } };
    const factor = { ...kill, id: "o3", kill: undefined, factor: 2, of: "pace" };
    const at = folderWith({ p: SIGN_IN, o: JSON.stringify([mode, client, factor]) });
    const { status, stderr } = await edgepolicy(["decide", at("p"), "--overlays", at("o")], { stdin: signIn() });
    expect(status).toBe(0);
    expect(stderr.replaceAll(at("o"), "o")).toBe(
      "o: overlay `o1` has no effect: the policy has no rule or limit `pece`; did you mean `pace`?\n" +
        "o: overlay `o2` has no effect: the policy has no client `acme`\n",
    );
  });

  test.each([
    ['{"id":"o"}', /line 1: an overlay has one of kill, .*, but this one has none/],
    ["", null],
  ])("the file %j", async (text, message) => {
    const at = folderWith({ p: SIGN_IN, o: text });
    const { status, stderr } = await edgepolicy(["decide", at("p"), "--overlays", at("o")], { stdin: signIn() });
    expect(status).toBe(message === null ? 0 : 2);
    if (message !== null) expect(stderr).toMatch(message);
  });

  test("a file that is not there is exit 2", async () => {
    const at = folderWith({ p: SIGN_IN });
    const { status, stderr } = await edgepolicy(["decide", at("p"), "--overlays", at("o")], { stdin: signIn() });
    expect([status, stderr]).toEqual([2, `edgepolicy: ${at("o")}: there is no such file\n  name a file of overlays\n`]);
  });
});

test("prints a line for people with --format text", async () => {
  const at = folderWith({ p: SIGN_IN });
  const stdin = [signIn(REFUSED), signIn(REFUSED), signIn(REFUSED), signIn()].join("\n");
  const { stdout } = await edgepolicy(["decide", at("p"), "--format", "text"], { stdin });
  expect(stdout.split("\n").slice(2)).toEqual([
    "3 allow 200",
    "4 block 403 by stuffing (too many sign-ins fail) retry after 300 s",
    "",
  ]);
});

describe("a line that is no request", () => {
  const stdin = Buffer.concat([
    Buffer.from(`${signIn()}\nnonsense\u001B[31m\n{"method":"GET","ip":"203.0.113.9"}\n`),
    Buffer.from([0xff, 0x0a]),
    Buffer.from(`{"method":"GET","path":"/","ip":"203.0.113.9","hots":"x"}\n${signIn()}\n`),
  ]);

  test("stops the run with its number and exit 2, after the decisions before it", async () => {
    const at = folderWith({ p: SIGN_IN });
    const { status, stdout, stderr } = await edgepolicy(["decide", at("p")], { stdin });
    expect(status).toBe(2);
    expect(verdicts(stdout)).toEqual(["allow"]);
    expect(stderr).toMatch(/^edgepolicy: standard input:2: not JSON.*\n.*--skip-bad/);
    expect(stderr).not.toContain("\u001B");
  });

  test("is shown and counted with --skip-bad", async () => {
    const at = folderWith({ p: SIGN_IN });
    const { status, stdout, stderr } = await edgepolicy(["decide", at("p"), "--skip-bad"], { stdin });
    expect(status).toBe(0);
    expect(verdicts(stdout)).toEqual(["allow", "allow"]);
    expect(stderr).toContain("skipped standard input:2: not JSON");
    expect(stderr).toContain("skipped standard input:3: `path` is missing");
    expect(stderr).toContain("skipped standard input:4: the line is not UTF-8 text");
    expect(stderr).toMatch(/skipped standard input:5: unknown member `?"?hots"?`?; did you mean `host`\?/);
    expect(stderr).toMatch(/standard input: skipped 4 lines of 6 lines\n$/);
    expect(stderr).not.toContain("\u001B");
  });

  test("is only counted after twenty of them", async () => {
    const at = folderWith({ p: SIGN_IN });
    const { stderr } = await edgepolicy(["decide", at("p"), "--skip-bad"], { stdin: "x\n".repeat(1_000) });
    expect(stderr.split("\n").filter((line) => line.startsWith("skipped")).length).toBe(20);
    expect(stderr).toContain("further lines are skipped and only counted");
    expect(stderr).toContain("skipped 1,000 lines of 1,000 lines");
  });

  test("may be longer than a line can be", async () => {
    const at = folderWith({ p: SIGN_IN, requests: `"${"x".repeat(1_100_000)}"` });
    const { status, stderr } = await edgepolicy(["decide", at("p"), "--requests", at("requests")]);
    expect(status).toBe(2);
    expect(stderr).toContain(`${at("requests")}:1: the line is longer than 1048576 bytes`);
  });
});

test("refuses a client that the inventory does not have", async () => {
  const at = folderWith({ p: SIGN_IN });
  const { status, stderr } = await edgepolicy(["decide", at("p")], { stdin: signIn({ client: "acme" }) });
  expect(status).toBe(2);
  expect(stderr).toContain('no client "acme" in the inventory');
});

test("stops where too many outcomes wait", async () => {
  const at = folderWith({ p: SIGN_IN });
  const line = JSON.stringify({ method: "GET", path: "/", ip: "203.0.113.9", response: { status: 200, after: "1d" } });
  const stdin = `${line}\n`.repeat(65_537);
  const { status, stdout, stderr } = await edgepolicy(["decide", at("p")], { stdin });
  expect(status).toBe(2);
  expect(stdout.split("\n").length - 1).toBe(65_536);
  expect(stderr).toContain("standard input:65537: more than 65536 outcomes wait at once");
}, 60_000);

test("prints the errors of a bad policy and exits 1", async () => {
  const at = folderWith({ p: SIGN_IN.replace("fails > 2", "failz > 2") });
  const { status, stdout, stderr } = await edgepolicy(["decide", at("p")], { stdin: signIn() });
  expect({ status, stdout }).toEqual({ status: 1, stdout: "" });
  expect(stderr).toMatch(/error\[EP[\s\S]*p has 1 error\n$/);
});

test.each([
  ["missing", "there is no such file"],
  ["circle", "links lead round in a circle"],
  ["folder", "it is a directory"],
])("cannot run where the requests are %s", async (name, message) => {
  const at = folderWith({ p: SIGN_IN });
  mkdirSync(at("folder"));
  symlinkSync(at("circle"), at("circle"));
  const { status, stderr } = await edgepolicy(["decide", at("p"), "--requests", at(name)]);
  expect(status).toBe(2);
  expect(stderr).toContain(`${at(name)}: ${message}`);
});
