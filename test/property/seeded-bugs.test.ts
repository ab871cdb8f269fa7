/**
 * The suite bites: the classic mistakes of rate limiters and policy engines, each planted in a copy of the reference, are
 * found by comparing it with the original over generated traces.
 */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createReference } from "../../engine/index.ts";
import { arbitraryTrace, type Trace } from "../helpers/generators.ts";
import { lockstep, type MakeEngine } from "../helpers/lockstep.ts";

const ENGINE = join(import.meta.dirname, "../../engine");
const MOST_TRACES = 1_500;

let folder = "";
let traces: Trace[] = [];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "seeded-bugs-"));
  traces = fc.sample(arbitraryTrace, { numRuns: MOST_TRACES, seed: 11 });
}, 120_000);
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** A reference with one passage of one file replaced. */
async function plant(name: string, file: string, from: string, to: string): Promise<MakeEngine> {
  const copy = join(folder, name.replaceAll(/\W+/g, "-"));
  for (const each of ["policy.ts", "request.ts", "decision.ts", "contract.ts", "overlay.ts", "reference"]) {
    cpSync(join(ENGINE, each), join(copy, each), { recursive: true });
  }
  const path = join(copy, "reference", file);
  const text = readFileSync(path, "utf8");
  expect(text.split(from).length, `${file} holds the passage once`).toBe(2);
  writeFileSync(
    path,
    text.replace(from, () => to),
  );
  const planted = (await import(/* @vite-ignore */ pathToFileURL(join(copy, "reference/index.ts")).href)) as {
    createReference: MakeEngine;
  };
  return planted.createReference;
}

test.each([
  [
    "a window that ends one sub-window early",
    "sub-windows.ts",
    "now - event <= SUB_WINDOWS",
    "now - event < SUB_WINDOWS",
  ],
  ["charging although another limit refuses", "judge.ts", "judgement.admitted ? [...asked] : []", "[...asked]"],
  [
    "a time per unit rounded down",
    "gcra.ts",
    "step: BigInt(rate.perMicros) / divisor, denominator: BigInt(rate.allow) / divisor",
    "step: BigInt(rate.perMicros) / BigInt(rate.allow), denominator: divisor / divisor",
  ],
  [
    "windows counted from another epoch",
    "sub-windows.ts",
    "(SUB_WINDOWS * BigInt(time))",
    "(SUB_WINDOWS * BigInt(time + 1))",
  ],
  [
    "key parts joined by a separator",
    "keys.ts",
    "return JSON.stringify(parts.map((part) => [part?.option, part?.value]));",
    'return parts.map((part) => String(part?.value)).join("|");',
  ],
  ["options of a key that share their state", "keys.ts", "[part?.option, part?.value]", "[part?.value]"],
  [
    "a reload that forgets counts",
    "state.ts",
    "  state.policy = policy;",
    "  state.policy = policy;\n  state.signals.clear();",
  ],
  [
    "one bucket for all that lack a key",
    "keys.ts",
    "part === null || part.value === null)) return null",
    'part === null || part.value === null)) return "missing"',
  ],
  ["ties for the later declaration", "verdict.ts", "b.place - a.place", "a.place - b.place"],
  [
    "events that outlive a pause",
    "events.ts",
    "const living = livingEvents(log, now, windowMicros);\n  switch",
    "const living = log;\n  switch",
  ],
  ["a retry time one microsecond short", "gcra.ts", "(a + b - 1n) / b", "a / b"],
  ["a ban that lives at its very end", "bans.ts", "if (now < last.until)", "if (now <= last.until)"],
  ["doubling without a limit", "bans.ts", "Math.min(limit, 2 * last.length)", "2 * last.length"],
  [
    "a clock that runs back",
    "reference.ts",
    "decide(request: Request, nowMicros: number): DecisionRecord {\n    const { state, witness } = this;\n    state.now = Math.max(state.now, nowMicros);",
    "decide(request: Request, nowMicros: number): DecisionRecord {\n    const { state, witness } = this;\n    state.now = nowMicros;",
  ],
  [
    "shadow rules that ban in earnest",
    "judge.ts",
    'setBan(state.bans, ban, mode === "shadow", key, state.now)',
    "setBan(state.bans, ban, false, key, state.now)",
  ],
  ["exact values kept past sixteen", "distinct.ts", "latest.size > EXACT_VALUES", "latest.size > EXACT_VALUES + 1"],
  ["a log's window that holds its own start", "sliding-log.ts", "at > end - windowMicros", "at >= end - windowMicros"],
  ["a quota that forgets what was held for the next unit", "calendar.ts", "follows ? use.ahead : 0", "follows ? 0 : 0"],
  [
    "leases that outcomes do not free",
    "amounts.ts",
    "granted: memory.granted.toSpliced(index, 1)",
    "granted: memory.granted",
  ],
  [
    "a refund of one unit too many",
    "gcra.ts",
    "BigInt(cost) * step;\n  const whole",
    "BigInt(cost + 1) * step;\n  const whole",
  ],
  [
    "novel values learnt from refused requests",
    "signals.ts",
    "lessonOf(signal) === moment && scope.answer.served",
    "lessonOf(signal) === moment",
  ],
  ["elapsed that counts the request itself", "signals.ts", '? "end" : phase', "? phase : phase"],
  ["an overflow that prolongs the one before", "overflow.ts", "? bucket.lastOverflow : now", "? now : now"],
  ["a baseline that floods can teach", "deviation.ts", "Math.min(baseline.served, bound)", "baseline.served"],
  ["steps counted across a pause", "events.ts", "isStep(value, living.at(-1))", "isStep(value, log.at(-1))"],
  ["a rollout in force at its very end", "rollout.ts", "now >= untilMicros", "now > untilMicros"],
  ["a replaced rule that stays on", "rollout.ts", 'replaced.has(index) ? "off"', 'replaced.has(index) ? "on"'],
  ["a quarantine without its tenth", "overlays.ts", "if (quarantined) factors.push(QUARANTINE_FACTOR);", ""],
  ["state lost with its name", "states.ts", "states.set(id, former);", ""],
  ["what is used read after the charge", "amounts.ts", "(100 * used) / most", "(100 * (used + 1)) / most"],
])(
  "%s is found",
  async (name, file, from, to) => {
    const planted = await plant(name, file, from, to);
    const found = traces.findIndex((trace) => lockstep(trace, [createReference, planted]).difference !== null);
    expect(found).toBeGreaterThanOrEqual(0);
  },
  60_000,
);
