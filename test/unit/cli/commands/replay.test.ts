/** `edgepolicy replay`. */
import { mkdirSync, readFileSync, symlinkSync } from "node:fs";
import { gzipSync } from "node:zlib";
import { expect, test } from "vitest";
import { edgepolicy, folderWith, SIGN_IN } from "../run.ts";

function logLine(second: number, status: number, ip = "203.0.113.9"): string {
  const time = `17/May/2015:10:05:${String(second).padStart(2, "0")} +0000`;
  return `${ip} - - [${time}] "POST /v1/login HTTP/1.1" ${status} 100 "-" "curl/8"`;
}

/** Four failed sign-ins from one address, of which the policy blocks the last, and one from another. */
const LOG = [...[1, 2, 3, 4].map((second) => logLine(second, 401)), logLine(5, 200, "198.51.100.1"), ""].join("\n");

interface Report {
  readonly requests: number;
  readonly verdicts: Readonly<Record<string, number>>;
  readonly decidedBy: readonly { readonly name: string; readonly requests: number; readonly because: string }[];
  readonly topCallers: readonly { readonly ip: string }[];
  readonly log: { readonly skipped: number };
}

async function report(argv: readonly string[], stdin = ""): Promise<Report> {
  const { status, stdout, stderr } = await edgepolicy(["replay", ...argv, "--format", "json"], { stdin });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return JSON.parse(stdout) as Report;
}

test("tells who would have been blocked, by what and why", async () => {
  const at = folderWith({ p: SIGN_IN, log: LOG });
  const { status, stdout, stderr } = await edgepolicy(["replay", at("p"), at("log")]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain(at("log"));
  expect(stdout).toMatch(/stuffing[\s\S]*too many sign-ins fail/);
  expect(stdout).toContain("203.0.113.9");
  expect(stdout).not.toContain("\u001B");
});

test("reports the same as JSON, byte for byte each time", async () => {
  const at = folderWith({ p: SIGN_IN, log: LOG });
  expect(await report([at("p"), at("log")])).toMatchObject({
    requests: 5,
    verdicts: { allow: 4, block: 1 },
    decidedBy: [{ name: "stuffing", requests: 1, because: "too many sign-ins fail" }],
    topCallers: [{ ip: "203.0.113.9" }],
  });
  const argv = ["replay", at("p"), at("log"), "--format", "json"];
  expect(await edgepolicy(argv)).toEqual(await edgepolicy(argv));
});

test("writes every decision with the line that it is about, and never over what it reads", async () => {
  const lines = LOG.split("\n");
  const at = folderWith({ p: SIGN_IN, log: LOG, old: `${lines[0]}\n`, new: lines.slice(1).join("\n") });
  const counted = await report([at("p"), at("log"), "--decisions", at("out")]);
  const written = readFileSync(at("out"), "utf8").trimEnd().split("\n");
  expect(written.map((line): unknown => JSON.parse(line))).toMatchObject([
    ...[1, 2, 3].map((line) => ({ line, n: line, verdict: "allow", ip: "203.0.113.9", answered: 401 })),
    { line: 4, n: 4, verdict: "block", by: "stuffing", method: "POST", path: "/v1/login", client: null },
    { line: 5, n: 5, verdict: "allow", ip: "198.51.100.1", answered: 200 },
  ]);
  expect(counted.verdicts).toMatchObject({ allow: 4, block: 1 });
  await report([at("p"), at("old"), at("new"), "--decisions", at("out")]);
  expect(readFileSync(at("out"), "utf8")).toContain(`{"log":${JSON.stringify(at("new"))},"line":1,"at":"`);
  for (const input of ["p", "log"]) {
    const refused = await edgepolicy(["replay", at("p"), at("log"), "--decisions", at(input)]);
    expect(refused).toMatchObject({ status: 2, stderr: expect.stringContaining("would overwrite a file") });
  }
});

test("reads nginx's default format, requests as data, and standard input", async () => {
  const request = { method: "POST", path: "/v1/login", ip: "203.0.113.9", response: { status: 401 } };
  const at = folderWith({ p: SIGN_IN, log: LOG, ndjson: `${JSON.stringify(request)}\n`.repeat(5) });
  expect((await report([at("p"), at("log"), "--log-format", "nginx"])).verdicts["block"]).toBe(1);
  expect((await report([at("p"), at("ndjson"), "--log-format", "ndjson"])).verdicts["block"]).toBe(2);
  expect((await report([at("p"), "-"], LOG)).requests).toBe(5);
});

test("replays rotated logs, compressed ones too, as one", async () => {
  const lines = LOG.split("\n");
  const at = folderWith({ p: SIGN_IN, old: gzipSync(`${lines[0]}\n${lines[1]}\n`), new: lines.slice(2).join("\n") });
  const whole = await report([at("p"), "-"], LOG);
  const parts = await report([at("p"), at("old"), at("new")]);
  expect(parts).toMatchObject({ requests: 5, verdicts: whole.verdicts });
  expect((await edgepolicy(["replay", at("p"), at("old"), at("new")])).stdout).toContain(`${at("new")}:2: 203.0.113.9`);
});

test("reads logs by a mapping, and tells clients by an identification", async () => {
  const row = { t: "2026-01-01T00:00:00Z", u: "/v1/login", a: "203.0.113.9" };
  const mapping = "fields: { time: t, path: u, ip: a }\n";
  const at = folderWith({
    p: SIGN_IN,
    map: mapping,
    bad: "fields: { time: t, pth: u, ip: a }\n",
    log: `${JSON.stringify(row)}\n`,
  });
  expect((await report([at("p"), at("log"), "--map", at("map")])).requests).toBe(1);
  const { status, stderr } = await edgepolicy(["replay", at("p"), at("log"), "--map", at("bad")]);
  expect(status).toBe(2);
  expect(stderr).toContain(`${at("bad")}:1:20: \`fields\` has no member "pth"; did you mean \`path\`?`);
  const identify = folderWith({ who: "identify: [{ client: nobody, key: k }]" });
  const failed = await edgepolicy(["replay", at("p"), at("log"), "--map", at("map"), "--identify", identify("who")]);
  expect(failed).toMatchObject({ status: 2, stderr: expect.stringContaining('no client "nobody" in the inventory') });
  const twice = await edgepolicy(["replay", at("p"), at("log"), "--map", at("map"), "--log-format", "caddy"]);
  expect(twice).toMatchObject({ status: 2, stderr: expect.stringContaining("--log-format and --map") });
});

test("says where a log is cut off or not in the format, and exits 2", async () => {
  const packed = gzipSync(LOG);
  const at = folderWith({
    p: SIGN_IN,
    cut: packed.subarray(0, packed.length - 6),
    words: "a\nb\n",
    word: "a\n",
    bz: "BZh91AY",
    zip: "PK\u0003\u0004",
  });
  expect(await edgepolicy(["replay", at("p"), at("cut")])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining(`${at("cut")}:6: the log is cut off here`),
  });
  expect((await report([at("p"), at("cut"), "--skip-bad"])).log.skipped).toBe(1);
  for (const [name, message] of [
    ["words", `${at("words")}:1: none of the first 2 lines is in a format that is known`],
    ["word", `${at("word")}:1: this line is not in a format that is known`],
    ["bz", `${at("bz")}: it is compressed with bzip2, which is not read`],
    ["zip", `${at("zip")}: it is compressed with zip, which is not read`],
  ] as const) {
    const { status, stderr } = await edgepolicy(["replay", at("p"), at(name), "--skip-bad"]);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
    // What was given is no remedy.
    expect(stderr).not.toContain("--skip-bad");
  }
});

test("says of an unknown format once what to do, and nothing that would not help", async () => {
  const at = folderWith({ p: SIGN_IN, word: "a\n" });
  const { stderr } = await edgepolicy(["replay", at("p"), at("word")]);
  expect(stderr).toBe(
    `edgepolicy: ${at("word")}:1: this line is not in a format that is known\n  name it with --log-format, or tell with --map how lines are written\n`,
  );
});

test("stops at a line that cannot be read, with its number", async () => {
  const at = folderWith({ p: SIGN_IN, log: `${logLine(1, 200)}\nwhat is \u001B[31mthis\n` });
  const { status, stdout, stderr } = await edgepolicy(["replay", at("p"), at("log")]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(new RegExp(`^edgepolicy: ${at("log")}:2: no time in square brackets.*\n.*--skip-bad`));
  expect(stderr).not.toContain("\u001B");
});

test("counts such lines and shows them with --skip-bad", async () => {
  const at = folderWith({ p: SIGN_IN, log: `${logLine(1, 200)}\nwhat\n${logLine(2, 200)}\n` });
  expect(await report([at("p"), at("log"), "--skip-bad"])).toMatchObject({ requests: 2, log: { skipped: 1 } });
  expect((await edgepolicy(["replay", at("p"), at("log"), "--skip-bad"])).stdout).toMatch(/1 line skipped\n +line 2: /);
});

test("does not read a format that there is not", async () => {
  const { status, stderr } = await edgepolicy(["replay", "p", "log", "--log-format", "combind"]);
  expect(status).toBe(2);
  expect(stderr).toContain("--log-format combind: expected combined or nginx or");
  expect(stderr).toContain("did you mean `combined`?");
});

test("cannot run where the log cannot be read", async () => {
  const at = folderWith({ p: SIGN_IN });
  mkdirSync(at("folder"));
  symlinkSync(at("circle"), at("circle"));
  for (const [name, message] of [
    ["missing", "there is no such file"],
    ["circle", "links lead round in a circle"],
    ["folder", "it is a directory"],
  ] as const) {
    const { status, stderr } = await edgepolicy(["replay", at("p"), at(name)]);
    expect(status).toBe(2);
    expect(stderr).toContain(`${at(name)}: ${message}`);
  }
  const { status, stderr } = await edgepolicy(["replay", at("p")]);
  expect(status).toBe(2);
  expect(stderr).toContain("LOG is missing");
});

test("a policy with errors exits 2, as all that keeps a log from being replayed", async () => {
  const at = folderWith({ p: SIGN_IN.replace("on login when", "on logn when"), log: "" });
  const { status, stdout, stderr } = await edgepolicy(["replay", at("p"), at("log")]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/did you mean `login`[\s\S]*has \d error/);
});
