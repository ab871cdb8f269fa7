/** `edgepolicy explain`, and `decide --explain`. */
import { expect, test } from "vitest";
import { edgepolicy, folderWith, SIGN_IN } from "../run.ts";

const SIGN = { method: "POST", path: "/v1/login", ip: "203.0.113.9" };
const FAILED = JSON.stringify({ ...SIGN, response: { status: 401 } });
const REQUEST = JSON.stringify(SIGN);

/** Three failed sign-ins, a second apart. */
const HISTORY = [0, 1_000, 2_000].map((at) => JSON.stringify({ ...JSON.parse(FAILED), at })).join("\n");

test("tells what decided, with every condition, signal and limit, and what would change it", async () => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN, "history.ndjson": HISTORY });
  const argv = ["explain", at("p.edgepolicy"), "--requests", at("history.ndjson"), "--request", REQUEST];
  const { status, stdout, stderr } = await edgepolicy([...argv, "--at", "3000"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/^block 403 by stuffing: too many sign-ins fail; retry after 5m\nroute login, no client\n/);
  expect(stdout).toMatch(/1 {2}rule stuffing: block, retry after 5m, which decided +.*p\.edgepolicy:13\n/);
  expect(stdout).toMatch(/yes {2}fails > 2 {3}fails = 3 +.*:13\n/);
  expect(stdout).toMatch(
    /pace: not asked, the request was refused before \(block\); 25% used before for 203\.0\.113\.9/,
  );
  expect(stdout).toMatch(/fails = 3 for 203\.0\.113\.9 +.*:8\n/);
  expect(stdout).toMatch(
    /smallest change that would let it through\n {2}ip 192\.0\.2\.1 instead of 203\.0\.113\.9: allow 200\n/,
  );
});

test("the time is the one asked for, the request's own, or that of the request before", async () => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN, "history.ndjson": HISTORY });
  const decided = async (...more: readonly string[]): Promise<string> => {
    const argv = ["explain", at("p.edgepolicy"), "--requests", at("history.ndjson"), ...more];
    return (await edgepolicy(argv)).stdout.split("\n", 1)[0] ?? "";
  };
  expect(await decided("--request", REQUEST)).toContain("block 403");
  expect(await decided("--request", JSON.stringify({ ...SIGN, at: 1_000_000 }))).toContain("allow 200");
  expect(await decided("--request", REQUEST, "--at", "2026-01-01T00:10:00Z")).toContain("allow 200");
  expect(await decided("--request", JSON.stringify({ ...SIGN, at: 1_000_000 }), "--at", "2500")).toContain("block 403");
});

test("the request may come from standard input, written over several lines", async () => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN, "history.ndjson": HISTORY });
  const argv = ["explain", at("p.edgepolicy"), "--requests", at("history.ndjson"), "--request"];
  const stdin = `${JSON.stringify(SIGN, null, 2)}\n`;
  expect(await edgepolicy([...argv, "-"], { stdin })).toEqual(await edgepolicy([...argv, REQUEST]));
  expect(await edgepolicy([...argv, "-"], { stdin: Buffer.alloc(1024 ** 2 + 1, " ") })).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("standard input is larger than 1 MiB\n  a request is one line of JSON") as string,
  });
  expect(await edgepolicy(["explain", at("p.edgepolicy"), "--request", "-", "--requests", "-"])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("--request and --requests are both standard input") as string,
  });
});

test("says why not, and what would", async () => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN, "one.ndjson": FAILED });
  const argv = ["explain", at("p.edgepolicy"), "--request", REQUEST, "--why-not"];
  const rule = await edgepolicy([...argv, "stuffing"]);
  expect(rule.status).toBe(0);
  expect(rule.stdout).toMatch(/^allow 200\n\nwhy not stuffing\n {2}stuffing: does not match/);
  expect(rule.stdout).toMatch(/fails > 2[^\n]* {3}fails = 0/);
  expect(rule.stdout).toContain(
    "smallest change that would make it take effect\n  none: no other value of one attribute does it\n",
  );
  const hint = "  it goes by earlier requests as well: --requests F decides them first\n";
  expect(rule.stdout.endsWith(hint)).toBe(true);
  const limit = await edgepolicy([...argv, "pace"]);
  expect(limit.stdout.endsWith(hint)).toBe(true);
  expect(limit.stdout).toMatch(/pace: admits for 203\.0\.113\.9; 9 left, 0% used before/);
  const blocked = SIGN_IN.replace(/when .* then/, 'when header["x-bad"] ?? "" == "1" then').replace(
    /^signal.*\n/gm,
    "",
  );
  const changed = folderWith({ "p.edgepolicy": blocked });
  const would = await edgepolicy(["explain", changed("p.edgepolicy"), "--request", REQUEST, "--why-not", "stuffing"]);
  expect(would.stdout).toMatch(
    /smallest change that would make it take effect\n {2}header\["x-bad"\] "1" instead of nothing: block 403 by stuffing/,
  );
  expect(would.stdout).not.toContain("--requests");
  const before = await edgepolicy([...argv, "stuffing", "--requests", at("one.ndjson")]);
  expect(before.stdout).toMatch(/fails = 1[\s\S]*none: no other value/);
  expect(before.stdout).not.toContain("--requests");
});

test("prints the same for programs", async () => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN, "history.ndjson": HISTORY });
  const argv = [
    "explain",
    at("p.edgepolicy"),
    "--requests",
    at("history.ndjson"),
    "--request",
    REQUEST,
    "--at",
    "3000",
  ];
  const { stdout } = await edgepolicy([...argv, "--format", "json"]);
  expect(JSON.parse(stdout)).toMatchObject({
    decision: { verdict: "block", by: "stuffing" },
    route: "login",
    client: null,
    endedBefore: null,
    contenders: [{ name: "stuffing", kind: "rule", verdict: "block", micros: 300_000_000 }],
    rules: [{ name: "stuffing", line: 13, matches: true, when: { line: 13, value: true } }],
    limits: [{ name: "pace", asked: false }],
    signals: [{ name: "fails", value: 3 }, {}],
    changes: [
      { attribute: "ip", from: "203.0.113.9", to: "192.0.2.1", decision: { verdict: "allow" } },
      { attribute: "method" },
      { attribute: "path" },
      { attribute: "now", at: "2026-01-01T00:05:18.750Z" },
    ],
    complete: true,
  });
});

test.each([
  [["--why-not", "stufing"], "--why-not stufing: the policy has no rule or limit `stufing`; did you mean `stuffing`?"],
  [["--at", "tomorrow"], "--at tomorrow: neither an RFC 3339 time nor milliseconds from the start"],
  [["--requests", "nowhere.ndjson"], "nowhere.ndjson: there is no such file"],
])("%j cannot run", async (more, message) => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN });
  const { status, stdout, stderr } = await edgepolicy(["explain", at("p.edgepolicy"), "--request", REQUEST, ...more]);
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
});

test.each([
  ["{", "--request: not JSON"],
  ['{"method":"GET","path":"/"}', "--request: `ip` is missing"],
  [
    '{"method":"GET","path":"/","ip":"203.0.113.9","client":"nobody"}',
    '--request: no client "nobody" in the inventory',
  ],
])("the request %s is refused", async (request, message) => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN });
  const { status, stderr } = await edgepolicy(["explain", at("p.edgepolicy"), "--request", request]);
  expect(status).toBe(2);
  expect(stderr).toContain(message);
});

test("a bad line of the history stops it", async () => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN, "history.ndjson": `${HISTORY}\nnonsense\n` });
  const argv = ["explain", at("p.edgepolicy"), "--requests", at("history.ndjson"), "--request", REQUEST];
  const { status, stderr } = await edgepolicy(argv);
  expect(status).toBe(2);
  expect(stderr).toContain("history.ndjson:4");
});

test("--request is asked for", async () => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN });
  expect(await edgepolicy(["explain", at("p.edgepolicy")])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("--request is missing") as string,
  });
});

test("decide --explain adds conditions, signals and facts to each line", async () => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN, requests: `${FAILED}\n`.repeat(4) });
  const plain = await edgepolicy(["decide", at("p.edgepolicy"), "--requests", at("requests")]);
  const { status, stdout } = await edgepolicy([
    "decide",
    at("p.edgepolicy"),
    "--requests",
    at("requests"),
    "--explain",
  ]);
  expect(status).toBe(0);
  const lines = stdout.trimEnd().split("\n");
  const explained = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  const bare = explained.map(({ conditions: _, signals: __, facts: ___, ...decision }) => JSON.stringify(decision));
  expect(bare).toEqual(plain.stdout.trimEnd().split("\n"));
  expect(explained[3]).toMatchObject({
    n: 4,
    verdict: "block",
    conditions: {
      rules: [{ name: "stuffing", matches: true, when: { value: true } }],
      limits: [{ name: "pace" }],
      scores: [],
    },
    signals: [{ name: "fails", value: 3 }, {}],
    facts: { route: "login", client: null },
  });
  const text = await edgepolicy([
    "decide",
    at("p.edgepolicy"),
    "--requests",
    at("requests"),
    "--explain",
    "--format",
    "text",
  ]);
  expect(text.stdout).toMatch(/4 block 403 by stuffing[^\n]*\n[\s\S]*fails = 3/);
});
