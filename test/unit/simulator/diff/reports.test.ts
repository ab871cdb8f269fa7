/** Reports of comparisons for people, as goldens: `UPDATE=1` writes them anew, to be read before they are committed. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadPolicy, loadPolicyText, nodeFiles } from "../../../../dsl/index.ts";
import {
  DIFF_SCHEMA,
  diffJson,
  diffLog,
  type DiffReportOptions,
  type DiffResult,
  diffScenario,
  renderDiff,
  renderDiffMarkdown,
} from "../../../../simulator/index.ts";

const root = join(import.meta.dirname, "../../../..");
const VERSION = "0123456789ab";

interface Side {
  readonly policy: NonNullable<ReturnType<typeof loadPolicy>["policy"]>;
  readonly sources: ReturnType<typeof loadPolicy>["sources"];
  readonly file: string;
}

/** The version depends on where the files stand. */
function sideOf({ policy, sources, diagnostics }: ReturnType<typeof loadPolicy>, file: string): Side {
  if (policy === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  const own = sources.map((source) => ({ ...source, path: source.path.replace(`${root}/`, "") }));
  return { policy: { ...policy, version: VERSION }, sources: own, file };
}

function expectGolden(name: string, text: string): void {
  const path = join(root, "test/golden/diff", name);
  if (process.env["UPDATE"] === "1") writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, "utf8"));
}

const OLD = `policy "site" { default allow }
route login = POST "/login"
signal fails = count on login where response.status == 401 per ip over 5m
limit pace on login per ip allow 60 per 1m
rule stuffing on login when fails > 3 then block for 5m per ip
  because "too many sign-ins fail"
`;
const NEW = `${OLD.replace("fails > 3", "fails > 1")}rule odd when path.raw contains "|" then note "odd"
rule hidden when path.raw contains "<img" then throttle
`;

/** What a hostile caller may put into a log: it must not break out of a table, a code span, a fold or the terminal. */
const HOSTILE = "/a|b`c`</code></details><img src=x>@team[x](http://evil.example)_x_$y$";

const LOG = [
  ...[1, 2, 3, 4].map((second) => entry(second, "POST", "/login", 401)),
  entry(5, "GET", HOSTILE, 200, "198.51.100.7"),
  entry(6, "GET", "/", 200, "198.51.100.8"),
];

function entry(second: number, method: string, path: string, status: number, ip = "203.0.113.9"): string {
  return `${ip} - - [17/May/2015:10:05:0${second} +0000] "${method} ${path} HTTP/1.1" ${status} 100 "-" "curl/8"`;
}

const NAMED = [{ name: "access.log", source: LOG }];

async function onLog(): Promise<{ readonly result: DiffResult; readonly options: DiffReportOptions }> {
  const old = sideOf(loadPolicyText(OLD), "old.edgepolicy");
  const now = sideOf(loadPolicyText(NEW), "new.edgepolicy");
  const result = await diffLog(old, now, NAMED, { reopen: () => NAMED });
  const command = "edgepolicy diff old.edgepolicy new.edgepolicy --log access.log";
  return { result, options: { old, new: now, logName: "access|`.log", command } };
}

let simulated: ReturnType<typeof runScenario> | undefined;

/** It takes seconds, so all tests share it. */
function inScenario(): ReturnType<typeof runScenario> {
  return (simulated ??= runScenario());
}

async function runScenario(): Promise<{ readonly result: DiffResult; readonly options: DiffReportOptions }> {
  const [old, now] = ["naive", "orders"].map((name) => {
    const file = `examples/orders/${name}.edgepolicy`;
    const load = loadPolicy(join(root, file), nodeFiles);
    return { ...sideOf(load, file), scenario: load.scenarios[0] };
  });
  if (old === undefined || now?.scenario === undefined) throw new Error("the example has no scenario");
  const result = await diffScenario(old, now, now.scenario, { seeds: [1] });
  const command = `edgepolicy diff ${old.file} ${now.file} --scenario stuffing_campaign --seed 1`;
  return { result, options: { old, new: now, logName: "", command } };
}

test("a log's, as text and as Markdown", async () => {
  const { result, options } = await onLog();
  expectGolden("log.txt", renderDiff(result, options));
  expectGolden("log.md", renderDiffMarkdown(result, options));
});

test("a scenario's, as text and as Markdown", async () => {
  const { result, options } = await inScenario();
  expectGolden("scenario.txt", renderDiff(result, options));
  expectGolden("scenario.md", renderDiffMarkdown(result, options));
});

test("Markdown holds no mark-up of others, in whatever table or fold", async () => {
  const { result, options } = await onLog();
  // Make the hostile request the first that turns too.
  const first = result.first === null ? null : { ...result.first, request: { ...result.first.request, path: HOSTILE } };
  const text = renderDiffMarkdown({ ...result, first }, options);
  expect(text).not.toMatch(/<img|<\/code><\/details>|@team|\]\(http/);
  // Every row of a table has as many cells as its head.
  for (const table of text.split(/\n\n+/).filter((block) => block.startsWith("| "))) {
    const cells = table.split("\n").map((row) => row.split("|").length);
    expect(new Set(cells).size).toBe(1);
  }
  expect(text.match(/<details>/g)?.length).toBe(text.match(/<\/details>/g)?.length);
});

test("says that nothing changes where nothing does", async () => {
  const old = sideOf(loadPolicyText(OLD), "old.edgepolicy");
  const result = await diffLog(old, old, NAMED);
  const options = { old, new: old, logName: "access.log", command: "edgepolicy diff a a --log access.log" };
  expect(renderDiff(result, options)).toMatch(/^SAME {2}no verdict changes on 6 requests\n/);
  expect(renderDiffMarkdown(result, options)).toMatch(/^### ✅ edgepolicy diff: no verdict changes on 6 requests\n/);
});

test("a comment stays below what GitHub takes", async () => {
  for (const { result, options } of [await onLog(), await inScenario()])
    expect(renderDiffMarkdown(result, options).length).toBeLessThan(65_536);
});

test("JSON has a schema, the whole explanations, and the same bytes each time", async () => {
  const { result, options } = await onLog();
  const json = diffJson(result, options);
  expect(json).toMatchObject({ schema: DIFF_SCHEMA, kind: "first-order", verdicts: { requests: 6, changed: 3 } });
  expect(json.first?.explanations?.new).toMatchObject({ decision: { by: "stuffing" } });
  const again = await onLog();
  expect(JSON.stringify(diffJson(again.result, again.options))).toBe(JSON.stringify(json));
});
