/** Replay: order, outcomes, bad lines, bounds, and what it says about a log. */
import { describe, expect, it } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { createReference, type Policy } from "../../../../engine/index.ts";
import { ReplayError } from "../../../../simulator/replay/replay-error.ts";
import { type ReplayOptions, replayLog, replayLogs } from "../../../../simulator/replay/replay.ts";
import { readIdentification } from "../../../../traffic/index.ts";
import { inventoryOf } from "../../../helpers/inventory.ts";
import { renderReplay, replayJson } from "../../../../simulator/replay/report.ts";

function policyOf(text: string): Policy {
  const { policy } = loadPolicyText(`policy "replayed" { default allow }\n${text}`);
  if (policy === null) throw new Error("the test's policy does not check");
  return policy;
}

/** A line of a log, `second` seconds after 2026-03-04 09:00:00 UTC. */
function line(second: number, ip: string, path: string, status = 200, agent = "a/1"): string {
  const stamp = new Date(Date.UTC(2026, 2, 4, 9, 0, second)).toISOString().slice(11, 19);
  return `${ip} - - [04/Mar/2026:${stamp} +0000] "GET ${path} HTTP/1.1" ${status} 10 "-" "${agent}"`;
}

/** The order in which lines were decided. */
async function decidedLines(lines: readonly string[], options: ReplayOptions = {}): Promise<number[]> {
  const order: number[] = [];
  await replayLog(policyOf(""), lines, { ...options, onDecision: (decided) => order.push(decided.line) });
  return order;
}

const FAILURES = policyOf(`
signal failures = count where response.status == 404 per ip over 1h
rule lost when failures >= 2 then block because "gets lost"`);

describe("order", () => {
  it("decides by time, and at one time by place in the file", async () => {
    const lines = [line(5, "192.0.2.1", "/a"), line(3, "192.0.2.1", "/b"), line(5, "192.0.2.1", "/c")];
    expect(await decidedLines(lines)).toEqual([2, 1, 3]);
  });

  it("sorts within its buffer while a longer log streams by", async () => {
    const seconds = [1, 0, 3, 2, 5, 4, 7, 6];
    const lines = seconds.map((second) => line(second, "192.0.2.1", "/"));
    expect(await decidedLines(lines, { reorderEntries: 1 })).toEqual([2, 1, 4, 3, 6, 5, 8, 7]);
  });

  it("decides what comes too late at the time before, counts it and says so", async () => {
    const lines = [9, 8, 7].map((second) => line(second, "192.0.2.1", "/"));
    const times: number[] = [];
    const options: ReplayOptions = { reorderEntries: 1, onDecision: ({ at }) => times.push((at / 1e6) % 60) };
    const { log, caveats } = await replayLog(policyOf(""), lines, options);
    expect(times).toEqual([8, 8, 9]);
    expect(log).toMatchObject({ late: 1, mostLate: 1_000_000, wentBack: 2 });
    expect(caveats).toContainEqual(expect.stringMatching(/ 1 entry came when others up to 1 s later .*--reorder/));
  });
});

describe("the format", () => {
  const caddy = JSON.stringify({
    ts: Date.UTC(2026, 2, 4, 9) / 1_000,
    request: { remote_ip: "192.0.2.1", method: "GET", uri: "/" },
    status: 200,
  });

  it("is told of each log by the first line that shows it, and said", async () => {
    const logs = [
      { name: "one", source: ["", "# a header", line(0, "192.0.2.1", "/")] },
      { name: "two", source: [caddy] },
      { name: "three", source: [] },
    ];
    const result = await replayLogs(policyOf(""), logs, { skipBad: true });
    expect(result.log.files.map(({ name, format, lines, entries }) => [name, format, lines, entries])).toEqual([
      ["one", "combined", 3, 1],
      ["two", "caddy", 1, 1],
      ["three", null, 0, 0],
    ]);
    expect(result.log.firstSkipped).toMatchObject([{ log: 0, line: 2 }]);
    const text = renderReplay(result);
    expect(text).toContain("4 lines of 3 logs in the formats combined and caddy, 1 empty\n");
    expect(text).toContain("\n  one:2: no time in square brackets");
  });

  it("that no line shows is a problem, and one that is not the log's too", async () => {
    await expect(replayLog(policyOf(""), ["a", "b"], { skipBad: true })).rejects.toThrow(
      /^line 1: none of the first 2 lines is in a format that is known; .*--map/,
    );
    await expect(replayLog(policyOf(""), [caddy, "b"], { format: "combined", skipBad: true })).rejects.toThrow(
      "no line of it is in the format combined",
    );
    const bad = Array.from({ length: 9 }, () => "bad");
    const logs = [
      { name: "one", source: [line(0, "192.0.2.1", "/"), ...bad] },
      { name: "two", source: bad },
    ];
    await expect(replayLogs(policyOf(""), logs, { format: "combined", skipBad: true })).rejects.toMatchObject({
      log: 1,
    });
    await expect(replayLog(policyOf(""), [caddy], { format: "combined" })).rejects.toThrow(
      /^line 1: no time .*; it looks like `--log-format caddy`$/,
    );
  });
});

describe("outcomes", () => {
  it("are observed where the request passes, and not where it is refused", async () => {
    const lines = [0, 1, 2, 3].map((second) => line(second, "192.0.2.1", `/${second}`, 404));
    const { verdicts } = await replayLog(FAILURES, lines);
    expect(verdicts).toMatchObject({ allow: 2, block: 2 });
  });

  it("wait for the time that the record gives", async () => {
    const record = (at: string, after: string) =>
      JSON.stringify({ at, method: "GET", path: "/", ip: "192.0.2.1", response: { status: 404, after } });
    const lines = [
      record("2026-03-04T09:00:00Z", "10s"),
      record("2026-03-04T09:00:01Z", "1s"),
      record("2026-03-04T09:00:05Z", "1s"),
      record("2026-03-04T09:00:11Z", "1s"),
    ];
    const verdicts: string[] = [];
    await replayLog(FAILURES, lines, {
      format: "ndjson",
      onDecision: ({ decision }) => verdicts.push(decision.verdict),
    });
    expect(verdicts).toEqual(["allow", "allow", "allow", "block"]);
  });
});

describe("lines that are no requests", () => {
  const lines = [line(0, "192.0.2.1", "/"), "", "no request", line(1, "192.0.2.1", "/")];

  it("stop the replay with number and reason", async () => {
    const failed = await replayLog(FAILURES, lines).catch((problem: unknown) => problem);
    expect(failed).toBeInstanceOf(ReplayError);
    expect(failed).toMatchObject({ line: 3, message: expect.stringMatching(/^line 3: no time in square brackets/) });
  });

  it("are counted and shown when they are to be skipped", async () => {
    const { log, requests } = await replayLog(FAILURES, lines, { skipBad: true });
    expect(requests).toBe(2);
    expect(log).toMatchObject({ lines: 4, entries: 2, emptyLines: 1, skipped: 1 });
    expect(log.firstSkipped).toEqual([{ log: 0, line: 3, problem: expect.stringContaining("no time"), lines: 1 }]);
  });

  it("include requests of clients that the inventory does not have", async () => {
    const stranger = '{"method":"GET","path":"/","ip":"192.0.2.1","client":"nobody"}';
    await expect(replayLog(FAILURES, [stranger], { format: "ndjson" })).rejects.toThrow(/^line 1: client: /);
  });

  it("are shown by why, the first of each kind and how many there are", async () => {
    const good = line(0, "192.0.2.1", "/");
    const status = good.replace('" 200 ', '" 000 ');
    const lines = [good, "bad", status, "worse", good.replace('" 200 ', '" 999 ')];
    const result = await replayLog(FAILURES, lines, { skipBad: true });
    expect(result.log).toMatchObject({
      skipped: 4,
      firstSkipped: [
        { line: 2, problem: expect.stringContaining("no time"), lines: 2 },
        { line: 3, problem: "no such status: 000", lines: 2 },
      ],
    });
    expect(renderReplay(result)).toContain("\n4 lines skipped\n  line 2 and 1 more: no time in ");
  });

  it("are told apart for ten reasons at most", async () => {
    const lines = Array.from({ length: 12 }, (_, index) => `{"m${index}":1}`);
    const good = '{"method":"GET","path":"/","ip":"192.0.2.1"}';
    const result = await replayLog(FAILURES, [good, ...lines], { skipBad: true, format: "ndjson" });
    expect([result.log.skipped, result.log.firstSkipped.length]).toEqual([12, 10]);
    expect(renderReplay(result)).toContain("\n  and 2 more, for other reasons\n");
  });
});

describe("what was decided", () => {
  const policy = policyOf(`
rule curious when path == "/secret" then block because "asks for secrets"
rule seen when path == "/" then note "front page"
rule later when path == "/later" then slow 1s
limit pace per ip allow 2 per 1m
rollout { later shadow }`);
  const lines = [
    line(0, "192.0.2.1", "/"),
    line(1, "192.0.2.1", "/"),
    line(2, "192.0.2.1", "/"),
    line(3, "192.0.2.2", "/secret", 403),
    line(4, "192.0.2.2", "/secret", 200, "b/2"),
    line(5, "192.0.2.3", "/later"),
  ];

  it("is added up by verdict, by rule and limit, by label and in shadow", async () => {
    const result = await replayLog(policy, lines);
    expect(result.verdicts).toEqual({ allow: 3, slow: 0, challenge: 0, throttle: 1, block: 2 });
    expect(result.decidedBy).toMatchObject([
      { name: "curious", kind: "rule", requests: 2, answered: { "4xx": 1, "2xx": 1 }, because: "asks for secrets" },
      { name: "pace", kind: "limit", requests: 1, callers: { count: 1, exact: true }, example: { line: 3 } },
    ]);
    expect(result.labels).toEqual([{ name: "front page", requests: 3, callers: { count: 1, exact: true } }]);
    expect(result.shadow).toMatchObject([{ name: "later", requests: 1 }]);
    expect(result.idle).toEqual([]);
  });

  it("fits the terminal: reasons below their rule, and what callers wrote cut", async () => {
    const long = "x".repeat(200);
    const result = await replayLog(policy, [
      ...lines,
      line(6, "192.0.2.4", `/?${long}`),
      line(7, "192.0.2.2", "/", 200, long),
    ]);
    const narrow = renderReplay(result, { width: 70 });
    const text = narrow.slice(narrow.indexOf("\nWhy\n"));
    expect(Math.max(...text.split("\n").map(({ length }) => length))).toBeLessThanOrEqual(70);
    expect(text).toMatch(/\n {2}curious +block +2 .*\n {6}asks for secrets\n {6}line 4: 192\.0\.2\.2 GET \/secret/);
    const wide = renderReplay(result, { width: 160 });
    expect(wide).toBe(renderReplay(result));
    expect(wide).toMatch(/\n {2}curious +block +2 .* asks for secrets\n/);
  });

  it("names the callers affected, most refused first", async () => {
    const result = await replayLog(policy, lines);
    expect(result.affectedCallers).toBe(2);
    expect(result.topCallers).toMatchObject([
      { ip: "192.0.2.2", requests: 2, verdicts: { block: 2 }, firstBy: "curious", agent: "a/1", otherAgents: true },
      { ip: "192.0.2.1", requests: 3, verdicts: { allow: 2, throttle: 1 }, firstBy: "pace", otherAgents: false },
    ]);
  });

  it("counts callers no further than it may remember, and says so", async () => {
    const result = await replayLog(policy, lines, { mostCallers: 1 });
    expect(result.callers).toEqual({ count: 1, exact: false });
    expect(result.requests).toBe(6);
    expect(renderReplay(result)).toContain("at least 1 address");
  });

  it("tells addresses apart by what they are, of either family, and those past many too", async () => {
    const ips = Array.from({ length: 3_000 }, (_, n) => {
      return n % 3 === 0 ? `2001:db8::${(n + 1).toString(16)}` : `${n % 256}.${n >> 8}.0.255`;
    });
    const twice = [...ips, ...ips].map((ip, n) => line(n % 50, ip, ip === ips[7] ? "/secret" : "/"));
    const { callers, requests, topCallers, labels } = await replayLog(policy, twice);
    expect(callers).toEqual({ count: 3_000, exact: true });
    expect(requests).toBe(6_000);
    expect(labels).toMatchObject([{ requests: 5_998, callers: { count: 2_999, exact: true } }]);
    expect(topCallers[0]).toMatchObject({ ip: ips[7], requests: 2, verdicts: { allow: 0, block: 2 } });
    const first = await replayLog(policy, twice, { mostCallers: 2_000 });
    expect(first.callers).toEqual({ count: 2_000, exact: false });
  });

  it("is the same from both engines, and again", async () => {
    const first = JSON.stringify(replayJson(await replayLog(policy, lines)));
    expect(JSON.stringify(replayJson(await replayLog(policy, lines)))).toBe(first);
    const reference = await replayLog(policy, lines, { createEngine: createReference });
    expect(JSON.stringify(replayJson(reference))).toBe(first);
  });
});

describe("what cannot be told", () => {
  const hourly = Array.from({ length: 4 }, (_, hour) => line(hour * 3600 + 60, "192.0.2.1", "/"));

  it("always has that callers would have reacted", async () => {
    const { caveats } = await replayLog(FAILURES, []);
    expect(caveats).toEqual([expect.stringContaining("would have retried")]);
  });

  it("has rates, where all minutes are one", async () => {
    const { caveats } = await replayLog(FAILURES, hourly);
    expect(caveats[1]).toMatch(/^All 4 hours of the log have entries at one and the same minute/);
    const real = await replayLog(FAILURES, [
      ...hourly,
      line(90_000, "192.0.2.1", "/"),
      line(61 * 60, "192.0.2.1", "/x"),
      line(5, "192.0.2.1", "/"),
    ]);
    expect(real.caveats.filter((caveat) => caveat.includes("minute"))).toEqual([]);
  });

  it("has what the log does not record", async () => {
    const keyed = policyOf('rule odd when header["x-tenant"] ?? "" == "odd" then block');
    const { caveats } = await replayLog(keyed, hourly.slice(0, 1));
    expect(caveats.at(-1)).toBe('No entry of the log shows header["x-tenant"]: odd was judged without it.');
  });

  it("has what rules and limits read through signals, scores and lets", async () => {
    const policy = policyOf(`
route login = POST "/v1/login" { body { username: string } }
let tenant = header["x-tenant"] ?? "none"
signal users = distinct(username) on login per ip over 1h
score risk { +40 when users > 2  +10 when tenant == "odd" }
limit pace per ip.asn else ip allow 1000 per 1m
rule guess on login when risk >= 40 then block
rule plain when path == "/x" then block`);
    const { missing } = await replayLog(policy, hourly.slice(0, 1));
    expect(missing).toEqual([
      { attribute: "ip.asn", readBy: ["pace"] },
      { attribute: "the body of a request", readBy: ["guess"] },
      { attribute: 'header["x-tenant"]', readBy: ["guess"] },
    ]);
    const whole = {
      method: "POST",
      path: "/v1/login",
      ip: "192.0.2.1",
      asn: 1,
      body: { username: "u" },
      headers: { "x-tenant": "t" },
    };
    expect((await replayLog(policy, [JSON.stringify(whole)])).missing).toEqual([]);
  });

  it("has how requests would have been answered that had been refused", async () => {
    const { log, caveats } = await replayLog(
      FAILURES,
      [429, 403, 200, 404].map((status, second) => line(second, "192.0.2.1", "/", status)),
    );
    expect(log).toMatchObject({ refusedThen: 2, refusedThenPass: 2 });
    expect(caveats).toContainEqual(
      expect.stringMatching(/^2 requests \(50 %\) had been answered 403 or 429, .* 2 of them pass here/),
    );
  });

  it("says how often time went back", async () => {
    const { caveats, log } = await replayLog(
      FAILURES,
      [5, 3, 4, 1].map((second) => line(second, "192.0.2.1", "/")),
    );
    expect(log.wentBack).toBe(2);
    expect(caveats).toContain("Time went back 2 times from one line to the next; the log was sorted by time first.");
  });
});

describe("an identification", () => {
  it("says whose requests they are, and who is left over", async () => {
    const { policy, diagnostics } = loadPolicyText(
      'policy "p" { default allow }\nclients from "clients.yaml"\nlimit pace when has client per client allow 1 per 1h',
      { "clients.yaml": inventoryOf([{ client: "acme", key: "k" }]) },
    );
    if (policy === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
    const read = readIdentification("identify: [{ client: acme, user_agent: acme/* }]", ["acme"]);
    if (!read.ok) throw new Error(read.problems.join("\n"));
    const agents = ["acme/1", "acme/2", "b/1", "b/1", "c/1"];
    const lines = agents.map((agent, second) => line(second, `192.0.2.${second}`, "/", 200, agent));
    const result = await replayLog(policy, lines, { identification: read.value });
    expect(result.log.identified).toEqual({
      entries: [{ client: "acme", conditions: 'user_agent "acme/*"', requests: 2 }],
      named: 0,
      unidentified: 3,
      agents: {
        exact: true,
        top: [
          { name: "b/1", requests: 2 },
          { name: "c/1", requests: 1 },
        ],
      },
      addresses: { exact: true, top: ["2", "3", "4"].map((n) => ({ name: `192.0.2.${n}`, requests: 1 })) },
    });
    expect(result.verdicts).toMatchObject({ allow: 4, throttle: 1 });
    expect(renderReplay(result)).toMatch(
      /Who sent the requests, by --identify\n {2}acme +2 .*\n {2}\(unidentified\) +3\n/,
    );
  });
});

it("does not let a log speak to the terminal", async () => {
  const policy = policyOf('rule all then block because "all"');
  const hostile = line(0, "192.0.2.1", "/\\x1b[2J", 200, "\\x1b]0;owned\\x07\u202Egnp");
  const text = renderReplay(await replayLog(policy, [hostile]));
  // oxlint-disable-next-line no-control-regex -- control characters are what must not be there
  expect(text).not.toMatch(/[\u0000-\u0009\u000B-\u001F\u007F-\u009F\u202E]/);
  expect(text).toContain("\\u{1b}[2J");
});

it("replays an empty log", async () => {
  const result = await replayLog(FAILURES, []);
  expect(result).toMatchObject({ requests: 0, log: { from: null, to: null } });
  expect(renderReplay(result)).toContain("0 requests from 0 addresses\n");
});
