/**
 * Beside limiters that a Node user would pick: one limit, a hundred thousand keys. Ours takes a whole decision, with path,
 * address and record; theirs are asked for the key alone.
 */
import { loadPolicyText } from "../dsl/index.ts";
import { createEngine, makeRequest } from "../engine/index.ts";
import { type Asked, compareAnswers, contestantOf } from "./asked.ts";
import { type AwaitedContestant, ratioInTurn, type Timing, timeInTurnAwaited } from "./measure.ts";
import type { BenchResult } from "./result.ts";
import {
  expressRateLimit,
  limiter,
  type MakeLimiter,
  rateLimiterFlexible,
  type RivalLimiter,
} from "./rivals/limiters.ts";
import { installRivals, versionOf } from "./rivals/load.ts";
import { seeded } from "./seeded.ts";
import { table } from "./table.ts";

const FULL = { keys: 100_000, rounds: 15, warmUp: 4, roundMs: 100 };
const QUICK = { keys: 1_000, rounds: 2, warmUp: 1, roundMs: 2 };
const NOW_MICROS = Date.UTC(2026, 0, 1) * 1_000;
const OURS = "edgepolicy";
const RIVALS: readonly MakeLimiter[] = [rateLimiterFlexible, expressRateLimit, limiter];

/** What all must agree on: of 200 keys that call 3,000 times in any order, the first ten calls of each are admitted. */
const COMPARED = { keys: 200, calls: 3_000, most: 10 };
/** More than a key calls while it is timed, so that all do the same work whatever they do on refusing. */
const NEVER_REACHED = 1_000_000;

/** What the group measures. */
export interface LimiterFigures {
  readonly keys: number;
  readonly rounds: number;
  readonly rows: readonly {
    readonly limiter: string;
    readonly version: string;
    /** Nanoseconds a call. */
    readonly median: number;
    readonly best: number;
    /** How many times as long as ours: the median over the rounds. */
    readonly ratio: number;
  }[];
  /** A Map that counts calls by their key and limits nothing: what any of them takes at least that keeps its keys in one. */
  readonly counting: { readonly median: number; readonly best: number };
}

export async function benchLimiters(quick: boolean): Promise<BenchResult<LimiterFigures>> {
  installRivals();
  await compare();
  const { keys, ...effort } = quick ? QUICK : FULL;
  const names = namesOf(keys);
  const calls = callsOf(names, keys * 2);
  const rivals = await Promise.all(RIVALS.map(async (make) => make(NEVER_REACHED)));
  const contestants: AwaitedContestant[] = [];
  for (const party of [ours(NEVER_REACHED, calls), ...rivals.map((rival) => asked(rival, calls)), counting(calls)]) {
    await fill(party, calls.length);
    contestants.push(await contestantOf(party, calls.length, effort.roundMs));
  }
  const all = await timeInTurnAwaited(contestants, effort.rounds, effort.warmUp);
  const timings = all.slice(0, -1);
  const { median: countingMedian, best: countingBest } = all.at(-1) as Timing;
  for (const rival of rivals) rival.stop();
  const [first] = timings;
  if (first === undefined) throw new Error("nothing was timed");
  const rows = timings.map((timing, index) => ({
    limiter: timing.name,
    version: index === 0 ? "" : versionOf(timing.name),
    median: timing.median,
    best: timing.best,
    ratio: ratioInTurn(timing, first),
  }));
  return {
    name: "limiters",
    title: `limiters side by side: nanoseconds a call, one limit, ${keys.toLocaleString("en")} keys`,
    figures: { keys, ...effort, rows, counting: { median: countingMedian, best: countingBest } },
    table: table(
      ["", "version", "ns a call", "÷ edgepolicy"],
      rows.map(({ limiter: name, version, median, ratio }) => [
        name,
        version,
        median.toLocaleString("en"),
        `${ratio} ×`,
      ]),
    ),
  };
}

function counting(calls: readonly string[]): Asked {
  const counts = new Map<string, number>();
  const decide = (call: number): boolean => {
    const key = calls[call] ?? "";
    const count = (counts.get(key) ?? 0) + 1;
    counts.set(key, count);
    return count > 0;
  };
  return { name: "a Map that counts", decide };
}

async function compare(): Promise<void> {
  const calls = callsOf(namesOf(COMPARED.keys), COMPARED.calls);
  const rivals = await Promise.all(RIVALS.map(async (make) => make(COMPARED.most)));
  const parties = [ours(COMPARED.most, calls), ...rivals.map((rival) => asked(rival, calls))];
  await compareAnswers(parties, calls.length, (index) => `call ${index}, of ${calls[index]}`);
  for (const rival of rivals) rival.stop();
}

function namesOf(keys: number): readonly string[] {
  return Array.from({ length: keys }, (_, index) => `client_${index}`);
}

/** Keys in random order. */
function callsOf(names: readonly string[], count: number): readonly string[] {
  const random = seeded(names.length);
  return Array.from({ length: count }, () => names[Math.floor(random() * names.length)] ?? "");
}

/** Every call once, so that all keys that are called are there before anything is timed. */
async function fill({ decide }: Asked, calls: number): Promise<void> {
  for (let call = 0; call < calls; call++) await decide(call);
}

function asked({ name, admits }: RivalLimiter, calls: readonly string[]): Asked {
  return { name, decide: (call) => admits(calls[call] ?? "") };
}

/** Ours, with one request that is there already, as a server has it at hand: only the header that is the key changes. */
function ours(most: number, calls: readonly string[]): Asked {
  const source = `policy "p" { default allow }
limit l per header["x-client"] else ip allow ${most} per 1h burst ${most}`;
  const { policy, diagnostics } = loadPolicyText(source);
  if (policy === null) throw new Error(`the policy does not compile: ${diagnostics[0]?.message ?? ""}`);
  const engine = createEngine(policy);
  const headers = { "x-client": "" };
  const request = makeRequest({ method: "GET", path: "/v1/orders", ip: "192.0.2.1", headers });
  const decide = (call: number): boolean => {
    headers["x-client"] = calls[call] ?? "";
    return engine.decide(request, NOW_MICROS).verdict === 0;
  };
  return { name: OURS, decide };
}
