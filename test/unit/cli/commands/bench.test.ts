/** `edgepolicy bench`: what it prints, whatever the machine. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { withMoreRules } from "../../../../cli/bench/more-rules.ts";
import { loadPolicy, nodeFiles } from "../../../../dsl/index.ts";
import { createEngine, createReference } from "../../../../engine/index.ts";
import { sampleRequests } from "../../../../simulator/index.ts";
import { edgepolicy, folderWith } from "../run.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const ORDERS = join(ROOT, "examples/orders/orders.edgepolicy");
const BRIEF = ["--seconds", "0.02"];

/** The text with every figure of the machine and its alignment gone. */
function masked(text: string): string {
  return text
    .replaceAll(`${ROOT}/`, "")
    .replace(/one core of .*/, "one core of CPU")
    .replace(/in [\d.]+ ms/g, "in # ms")
    .replace(/^( +[\d,]+)(?: +[\d,.]+){6}$/gm, (_, rules: string) => `  ${rules.trim()} # # # # # #`)
    .replace(/^ +rules .*/gm, (heads) => `  ${heads.trim().replaceAll(/ +/g, " ")}`)
    .replace(/memory .*/g, "memory # MB, shared by # tables of # MB")
    .replaceAll(/ +\d+ bytes a key, .*/g, " # bytes a key, room for #");
}

function orders(): NonNullable<ReturnType<typeof loadPolicy>["policy"]> {
  const { policy } = loadPolicy(ORDERS, nodeFiles);
  if (policy === null) throw new Error("the example does not check");
  return policy;
}

test("prints a line for the policy and for each growth of it, and what state takes", async () => {
  const { status, stdout, stderr } = await edgepolicy(["bench", ...BRIEF, ORDERS]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const golden = join(ROOT, "test/golden/bench/orders.txt");
  if (process.env["UPDATE"] === "1" || !existsSync(golden)) writeFileSync(golden, masked(stdout));
  expect(masked(stdout)).toBe(readFileSync(golden, "utf8"));
});

test("measures a policy of its own where none is named, and prints JSON", async () => {
  const { status, stdout, stderr } = await edgepolicy(["bench", ...BRIEF, "--format", "json"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const { lines, ...rest } = JSON.parse(stdout) as { lines: Record<string, number>[] };
  expect(lines.map(({ rules }) => rules)).toEqual([4, 104, 1_004, 10_004]);
  const measured = { rules: 0, compileMs: 0, decisionsPerSecond: 0, p50: 0, p90: 0, p99: 0, p999: 0 };
  for (const line of lines) {
    expect(Object.keys(line)).toEqual(Object.keys(measured));
    expect(line["decisionsPerSecond"]).toBeGreaterThan(0);
    expect(line["p50"]).toBeLessThanOrEqual(line["p999"] ?? 0);
  }
  expect(rest).toMatchObject({
    file: null,
    policy: "example",
    requests: 8_192,
    verdicts: { allow: expect.any(Number) as number },
  });
  expect(Object.keys(rest)).toEqual([
    "file",
    "policy",
    "version",
    "machine",
    "loadMs",
    "requests",
    "verdicts",
    "memoryBytes",
    "state",
  ]);
});

test("says what is wrong", async () => {
  const file = folderWith({ "p.edgepolicy": 'policy "p" { default allow }\nrule r then blok\n' })("p.edgepolicy");
  expect(await edgepolicy(["bench", file])).toMatchObject({ status: 1, stdout: "" });
  expect(await edgepolicy(["bench", `${file}x`])).toMatchObject({ status: 2, stdout: "" });
  expect(await edgepolicy(["bench", "--seconds", "0"])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("--seconds 0: not a number above 0 and up to 600") as string,
  });
  expect(await edgepolicy(["bench", file, file])).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("unexpected argument") as string,
  });
});

describe("the requests", () => {
  test("reach every route and every client, and depend on the seed alone", () => {
    const policy = orders();
    const samples = sampleRequests(policy, 2_000, 3, ["user-agent"]);
    expect(sampleRequests(policy, 2_000, 3, ["user-agent"])).toEqual(samples);
    expect(sampleRequests(policy, 2_000, 4, ["user-agent"])).not.toEqual(samples);
    const engine = createEngine(policy);
    const reached = samples.map(({ request }) => ({ ...engine.decide(request, 0) }));
    expect(new Set(reached.map(({ route }) => route))).toEqual(new Set([-1, ...policy.routes.keys()]));
    const asked = new Set(samples.map(({ request }) => request.client));
    const active = policy.clients.filter(({ status }) => status === "active").map(({ id }) => id);
    expect(asked).toEqual(new Set([null, ...active]));
    expect(samples.every(({ request }) => "user-agent" in request.headers)).toBe(true);
  });

  test("are decided alike with more rules, by both engines", () => {
    const policy = orders();
    const more = withMoreRules(policy, 20);
    const engines = [createEngine(policy), createEngine(more), createReference(more)];
    for (const [index, { request }] of sampleRequests(policy, 300, 5).entries()) {
      const headers = { ...request.headers, "x-edgepolicy-bench": String(index % 40) };
      const [plain, ...others] = engines.map((engine) =>
        engine.decide({ ...request, headers }, index * 1_000).toDecision(),
      );
      for (const { labels, matched, ...rest } of others) {
        expect(labels).toEqual(index % 40 < 20 ? ["added"] : []);
        const kept = matched.filter((name) => !name.startsWith("added_"));
        expect({ ...rest, labels: [], matched: kept }).toEqual(plain);
      }
    }
  });
});
