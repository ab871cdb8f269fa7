/** The contract of each command, from the installed package: exit status, what goes to which stream, and the form of it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";
import { edgepolicy, FAILED_SIGN_IN, folderWith, shell, SIGN_IN, start } from "./program.ts";

const WRONG = SIGN_IN.replace("fails > 2", "failz > 2");

test("--version and --help print, and no command at all is a usage problem", () => {
  const home = join(inject("installed"), "node_modules/edgepolicy");
  const { version } = JSON.parse(readFileSync(join(home, "package.json"), "utf8")) as { version: string };
  expect(edgepolicy(["--version"]).stdout).toMatch(
    new RegExp(`^edgepolicy ${version.replaceAll(".", "\\.")} \\(.*uWebSockets\\.js \\d`),
  );
  expect(edgepolicy(["--help"])).toMatchObject({ status: 0, stdout: expect.stringContaining("example:") as string });
  expect(edgepolicy([])).toMatchObject({ status: 2, stdout: "" });
});

test("check passes a good policy, and shows a wrong one's place and remedy", () => {
  const cwd = folderWith({ "good.edgepolicy": SIGN_IN, "wrong.edgepolicy": WRONG });
  expect(edgepolicy(["check", "good.edgepolicy"], { cwd })).toMatchObject({ status: 0, stderr: "" });
  const wrong = edgepolicy(["check", "good.edgepolicy", "wrong.edgepolicy"], { cwd });
  expect(wrong.status).toBe(1);
  expect(wrong.stderr).toMatch(/^error\[EP\d+\]: .*\n +--> wrong\.edgepolicy:10:29\n[\s\S]*help: /);
  const json = edgepolicy(["check", "wrong.edgepolicy", "--format", "json"], { cwd });
  expect(json).toMatchObject({ status: 1, stderr: "" });
  expect(JSON.parse(json.stdout)).toMatchObject({ ok: false, diagnostics: [{ file: "wrong.edgepolicy", line: 10 }] });
});

test("fmt --check names what differs, and fmt writes the canonical format", () => {
  const cwd = folderWith({ "p.edgepolicy": SIGN_IN.replace("owner   ", "owner ") });
  expect(edgepolicy(["fmt", "--check", "p.edgepolicy"], { cwd })).toEqual({
    status: 1,
    stdout: "p.edgepolicy\n",
    stderr: "",
  });
  expect(edgepolicy(["fmt", "p.edgepolicy"], { cwd })).toEqual({ status: 0, stdout: "", stderr: "" });
  expect(readFileSync(join(cwd, "p.edgepolicy"), "utf8")).toBe(SIGN_IN);
  expect(shell("edgepolicy fmt - < p.edgepolicy", { cwd })).toEqual({ status: 0, stdout: SIGN_IN, stderr: "" });
});

test("decide gives the same decisions with both engines", () => {
  const cwd = folderWith({ p: SIGN_IN, requests: FAILED_SIGN_IN.repeat(4) });
  const { status, stdout, stderr } = edgepolicy(["decide", "p", "--requests", "requests", "--engine", "both"], { cwd });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const decisions = stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as object);
  expect(decisions.map((each) => (each as { n: number }).n)).toEqual([1, 2, 3, 4]);
  expect(decisions[3]).toEqual({
    n: 4,
    verdict: "block",
    status: 403,
    by: "stuffing",
    matched: ["stuffing"],
    shadow: [],
    reason: "too many sign-ins fail",
    delay: 0,
    retryAfter: 300,
    scores: {},
    labels: [],
    overlays: [],
    limits: [],
  });
});

test("test runs the tests in a policy, and exits 1 where one fails", () => {
  const passing = `
test "three failures lock" {
  at 0s repeat 3 every 1s POST "/v1/login" from 203.0.113.9 respond 401 expect allow
  at 5s POST "/v1/login" from 203.0.113.9 expect block by stuffing after 5m
}
`;
  const cwd = folderWith({
    good: SIGN_IN + passing,
    wrong: SIGN_IN + passing.replace("repeat 3", "repeat 2"),
    none: SIGN_IN,
  });
  const good = edgepolicy(["test", "good", "--coverage", "--lcov", "lcov.info"], { cwd });
  expect(good).toMatchObject({ status: 0, stderr: "" });
  expect(good.stdout).toContain("1 test: 1 passed, 0 failed; 4 requests on both engines\n");
  expect(readFileSync(join(cwd, "lcov.info"), "utf8")).toMatch(/^TN:\nSF:good\n[\s\S]*end_of_record\n$/);
  const wrong = edgepolicy(["test", "wrong"], { cwd });
  expect(wrong.status).toBe(1);
  expect(wrong.stdout).toMatch(/FAIL three failures lock: wrong:\d+, at 5 s[\s\S]*expected block[\s\S]*fails = 2/);
  expect(edgepolicy(["test", "none"], { cwd })).toMatchObject({
    status: 0,
    stderr: expect.stringContaining("no tests") as string,
  });
  const json = edgepolicy(["test", "good", "wrong", "--format", "json"], { cwd });
  expect(JSON.parse(json.stdout)).toMatchObject({ passed: 1, failed: 1, tests: [{ file: "good" }, { file: "wrong" }] });
});

test("diff tells what turns from one policy to another, and exits 1 where something does", () => {
  const cwd = folderWith({
    old: SIGN_IN.replace("fails > 2", "fails > 20"),
    new: SIGN_IN,
    log: FAILED_SIGN_IN.repeat(4),
  });
  const on = ["--log", "log", "--log-format", "ndjson"];
  const { status, stdout, stderr } = edgepolicy(["diff", "old", "new", ...on], { cwd });
  expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
  expect(stdout).toMatch(/^CHANGED {2}1 of 4 requests[\s\S]*allow → block by stuffing[\s\S]*fails > 2 {3}fails = 3/);
  expect(stdout).toContain("edgepolicy diff old new --log log --log-format ndjson\n");
  expect(edgepolicy(["diff", "new", "new", ...on], { cwd })).toMatchObject({ status: 0, stderr: "" });
  const json = edgepolicy(["diff", "old", "new", ...on, "--format", "json"], { cwd });
  expect(JSON.parse(json.stdout)).toMatchObject({ schema: "edgepolicy.diff/1", verdicts: { changed: 1 } });
  const comment = edgepolicy(["diff", "old", "new", ...on, "--format", "markdown", "--fail-on", "never"], { cwd });
  expect(comment).toMatchObject({ status: 0, stdout: expect.stringMatching(/^### /) as string });
  expect(edgepolicy(["diff", "old", "new"], { cwd })).toMatchObject({ status: 2, stdout: "" });
});

test("simulate --minimize prints a failing expectation as a test", () => {
  const cwd = folderWith({});
  shell("edgepolicy init shop && echo 'limit tight per ip allow 1 per 1h' >> shop/policy.edgepolicy", { cwd });
  const { status, stdout } = edgepolicy(["simulate", "shop/policy.edgepolicy", "--seed", "1", "--minimize"], { cwd });
  expect(status).toBe(1);
  expect(stdout).toMatch(/is throttled by tight at its[\s\S]*expect allow\n\}\n/);
});

test("explain tells why, after what came before, and what would change it", () => {
  const cwd = folderWith({ p: SIGN_IN, requests: FAILED_SIGN_IN.repeat(3) });
  const request = JSON.stringify({ method: "POST", path: "/v1/login", ip: "203.0.113.9" });
  const { status, stdout, stderr } = edgepolicy(["explain", "p", "--requests", "requests", "--request", request], {
    cwd,
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(/^block 403 by stuffing: too many sign-ins fail; retry after 5m\n/);
  expect(stdout).toMatch(/yes {2}fails > 2 {3}fails = 3 +p:10\n/);
  expect(stdout).toMatch(/smallest change that would let it through\n {2}ip /);
  const decided = edgepolicy(["decide", "p", "--requests", "requests", "--explain"], { cwd });
  expect(JSON.parse(decided.stdout.split("\n")[2] ?? "")).toMatchObject({
    n: 3,
    signals: [{ name: "fails", value: 2 }],
  });
});

test("bench measures a policy, and one of its own", () => {
  const cwd = folderWith({ p: SIGN_IN });
  const brief = ["--seconds", "0.01"];
  const { status, stdout, stderr } = edgepolicy(["bench", "p", ...brief], { cwd });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(
    /^p: 1 rule, 0 limits, 1 signal; one core of .*\n[\s\S]*\n {2,}rules +decisions\/s .*\n {2,}1 /,
  );
  const own = edgepolicy(["bench", "--format", "json", ...brief], { cwd });
  expect(own).toMatchObject({ status: 0, stderr: "" });
  expect(JSON.parse(own.stdout)).toMatchObject({ policy: "example", lines: [{ rules: 4 }, {}, {}, { rules: 10_004 }] });
});

test("decide answers a request before the next one is there", async () => {
  const cwd = folderWith({ p: SIGN_IN });
  const { child, line, ended } = start(["decide", "p"], { cwd });
  child.stdin?.write(FAILED_SIGN_IN);
  expect(JSON.parse(await line())).toMatchObject({ n: 1 });
  child.stdin?.end(FAILED_SIGN_IN);
  expect(JSON.parse(await line())).toMatchObject({ n: 2 });
  expect(await ended).toBe(0);
});

test("decide ends quietly when its reader has seen enough", () => {
  const cwd = folderWith({ p: SIGN_IN, requests: FAILED_SIGN_IN.repeat(20_000) });
  const { stdout, stderr } = shell("edgepolicy decide p --requests requests | head -n 1", { cwd });
  expect(stdout.split("\n").length).toBe(2);
  expect(stderr).toBe("");
});

test.runIf(process.platform === "linux")("says that what it prints found no room", () => {
  const cwd = folderWith({ p: SIGN_IN });
  expect(shell("edgepolicy check p > /dev/full", { cwd })).toEqual({
    status: 2,
    stdout: "",
    stderr: "edgepolicy: standard output: the disk is full\n  make room, or name another place\n",
  });
});

test("init makes what check, fmt and simulate pass, and simulate repeats itself byte for byte", () => {
  const cwd = folderWith();
  expect(edgepolicy(["init", "shop"], { cwd }).status).toBe(0);
  expect(edgepolicy(["init", "shop"], { cwd })).toMatchObject({ status: 2, stdout: "" });
  expect(edgepolicy(["check", "--deny", "warnings", "shop/policy.edgepolicy"], { cwd })).toMatchObject({
    status: 0,
    stderr: "",
  });
  expect(shell("edgepolicy fmt --check shop/*.edgepolicy", { cwd })).toMatchObject({ status: 0, stdout: "" });
  const argv = ["simulate", "shop/policy.edgepolicy", "--seed", "3", "--format", "json"];
  const first = edgepolicy(argv, { cwd });
  expect(first).toMatchObject({ status: 0, stderr: "" });
  expect(edgepolicy(argv, { cwd })).toEqual(first);
  const seeds = ["simulate", "shop/policy.edgepolicy", "--seeds", "3", "--format", "json", "--workers"];
  expect(edgepolicy([...seeds, "2"], { cwd })).toEqual(edgepolicy([...seeds, "1"], { cwd }));
});

test("simulate exits 1 when an expectation fails, and writes what it is told to", () => {
  const cwd = folderWith();
  edgepolicy(["init", "."], { cwd });
  const { status, stdout } = shell(
    "sed -i 's/admitted  < 10%/admitted  < 1%/' scenario.edgepolicy && edgepolicy simulate policy.edgepolicy --seeds 2 --decisions out.ndjson --report out.html",
    { cwd },
  );
  expect(status).toBe(1);
  expect(stdout).toContain("edgepolicy simulate policy.edgepolicy --scenario stolen_passwords --seed ");
  const [line = ""] = readFileSync(join(cwd, "out.ndjson"), "utf8").split("\n");
  expect(JSON.parse(line)).toMatchObject({ scenario: "stolen_passwords", seed: 1, n: 1, origin: "partners" });
  expect(readFileSync(join(cwd, "out.html"), "utf8")).toMatch(/^<!doctype html>[\s\S]*✗ Fails[\s\S]*<\/html>\n$/);
});

test("replay tells whom a policy would have refused, and why", () => {
  const line = (second: number): string =>
    `203.0.113.9 - - [17/May/2015:10:05:0${second} +0000] "POST /v1/login HTTP/1.1" 401 100 "-" "curl/8"\n`;
  const cwd = folderWith({ p: SIGN_IN, log: [1, 2, 3, 4].map(line).join("") });
  const text = edgepolicy(["replay", "p", "log"], { cwd });
  expect(text).toMatchObject({ status: 0, stderr: "" });
  expect(text.stdout).toMatch(/stuffing[\s\S]*too many sign-ins fail/);
  const json = edgepolicy(["replay", "p", "log", "--format", "json"], { cwd });
  expect(JSON.parse(json.stdout)).toMatchObject({ requests: 4, verdicts: { allow: 3, block: 1 } });
});

test("key create prints a key that the inventory's hash lets in", () => {
  const { status, stdout } = edgepolicy(["key", "create", "--client", "acme_sync"]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/\n {2}ep_[A-Za-z0-9]{49}\n/);
  expect(stdout).toMatch(
    /\{ id: acme_sync-[\d-]{10}, type: api_key, hash: "sha256:[0-9a-f]{64}", issued: [\d-]{10}, expires: [\d-]{10} \}/,
  );
});
