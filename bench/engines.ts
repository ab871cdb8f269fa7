/**
 * Beside engines that a Node user would pick: the same rules and the same requests, every answer compared before anything is
 * timed. Everything that a package can prepare is prepared: no text is parsed while the clock runs.
 */
import { loadPolicyText } from "../dsl/index.ts";
import { createEngine, makeRequest, type Policy, type Request } from "../engine/index.ts";
import { type Asked, compareAnswers, contestantOf } from "./asked.ts";
import { type AwaitedContestant, ratioInTurn, type Timing, timeInTurnAwaited } from "./measure.ts";
import type { BenchResult } from "./result.ts";
import { handByMap, handInTurn } from "./rivals/by-hand.ts";
import { casbin } from "./rivals/casbin.ts";
import { cedar } from "./rivals/cedar.ts";
import { bufbuildCel, celJs, marcBachmannCel } from "./rivals/cel.ts";
import { jsonLogicEngine, jsonRulesEngine, zenEngine } from "./rivals/json.ts";
import { installRivals, versionOf } from "./rivals/load.ts";
import {
  type Facts,
  factsFor,
  type MakeRival,
  nearMisses,
  type PlainRule,
  plainRules,
  type RivalEngine,
} from "./rivals/rules.ts";
import { seeded } from "./seeded.ts";
import { table } from "./table.ts";

const FULL = { counts: [10, 100, 1_000], requests: 256, rounds: 15, warmUp: 25, roundMs: 20 };
const QUICK = { counts: [10], requests: 64, rounds: 2, warmUp: 1, roundMs: 2 };
const NOW_MICROS = Date.UTC(2026, 0, 1) * 1_000;
const OURS = "edgepolicy";

const RIVALS: readonly MakeRival[] = [
  celJs,
  marcBachmannCel,
  bufbuildCel,
  cedar,
  jsonLogicEngine,
  jsonRulesEngine,
  casbin,
  zenEngine,
];
const BY_HAND: readonly MakeRival[] = [handInTurn, handByMap];

interface Row {
  readonly engine: string;
  readonly version: string;
  /** Whether it is one of the packages that the target is about. */
  readonly rival: boolean;
  readonly rules: number;
  /** Nanoseconds a decision. */
  readonly median: number;
  readonly best: number;
  /** How many times as long as ours: the median over the rounds. */
  readonly ratio: number;
}

/** What the group measures. */
export interface EngineFigures {
  readonly requests: number;
  readonly rounds: number;
  readonly rows: readonly Row[];
}

export async function benchEngines(quick: boolean): Promise<BenchResult<EngineFigures>> {
  installRivals();
  const { counts, ...effort } = quick ? QUICK : FULL;
  const rows: Row[] = [];
  for (const count of counts) rows.push(...(await measureCount(count, effort)));
  return {
    name: "engines",
    title: "engines side by side: nanoseconds a decision, each request meeting another rule or none",
    figures: { ...effort, rows },
    table: tableOf(rows, counts),
  };
}

async function measureCount(count: number, effort: Omit<typeof FULL, "counts">): Promise<readonly Row[]> {
  const rules = plainRules(count);
  const facts = requestsOf(count, effort.requests);
  const rivals = await Promise.all([...RIVALS, ...BY_HAND].map(async (make) => make(rules)));
  const engines = [ours(rules, facts), ...rivals.map((rival) => asked(rival, facts))];
  await compareAnswers(engines, facts.length, (index) => JSON.stringify(facts[index]));
  const contestants: AwaitedContestant[] = [];
  for (const engine of engines) contestants.push(await contestantOf(engine, facts.length, effort.roundMs));
  const timings = await timeInTurnAwaited(contestants, effort.rounds, effort.warmUp);
  const first = timings[0];
  if (first === undefined) throw new Error("nothing was timed");
  return timings.map((timing, index) => rowOf(timing, first, count, index > 0 && index <= RIVALS.length));
}

function rowOf(timing: Timing, first: Timing, rules: number, rival: boolean): Row {
  const { name, median, best } = timing;
  const version = rival ? versionOf(name) : "";
  return { engine: name, version, rival, rules, median, best, ratio: ratioInTurn(timing, first) };
}

/** The first, middle and last rule, others at random, and every eighth time none. */
function requestsOf(count: number, requests: number): readonly Facts[] {
  const random = seeded(count);
  const picked = [0, count >> 1, count - 1].map(factsFor);
  while (picked.length < requests) {
    const index = Math.floor(random() * count);
    const misses = nearMisses(index);
    const miss = picked.length % 8 === 0 ? misses[Math.floor(random() * misses.length)] : undefined;
    picked.push(miss ?? factsFor(index));
  }
  return picked;
}

/** Our policy of the same rules. */
export function plainPolicy(rules: readonly PlainRule[]): Policy {
  const lines = rules.map(
    ({ name, prefix, tenant, over, method }) =>
      `rule ${name} when path.raw starts_with "${prefix}" and header["x-tenant"] ?? "" == "${tenant}" and body.size > ${over}B and method is ${method} then block`,
  );
  const { policy, diagnostics } = loadPolicyText(`policy "p" { default allow }\n${lines.join("\n")}\n`);
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (policy === null) throw new Error(`the policy does not compile: ${error?.message ?? ""}`);
  return policy;
}

function asked({ name, decide }: RivalEngine, requests: readonly Facts[]): Asked {
  return { name, decide: (request) => decide(requests[request] as Facts) };
}

/** Ours, with requests in its own form made before the clock runs, as every rival has them in its own. */
function ours(rules: readonly PlainRule[], facts: readonly Facts[]): Asked {
  const engine = createEngine(plainPolicy(rules));
  const requests = facts.map(({ method, path, tenant, size }) =>
    makeRequest({ method, path, size, ip: "192.0.2.1", headers: { "x-tenant": tenant } }),
  );
  return { name: OURS, decide: (request) => engine.decide(requests[request] as Request, NOW_MICROS).by };
}

function tableOf(rows: readonly Row[], counts: readonly number[]): string {
  const names = [...new Set(rows.map(({ engine }) => engine))];
  const last = counts.at(-1);
  return table(
    ["", "version", ...counts.map((count) => `${count.toLocaleString("en")} rules`), "÷ edgepolicy"],
    names.map((name) => {
      const own = rows.filter(({ engine }) => engine === name);
      const ratio = own.find(({ rules }) => rules === last)?.ratio ?? 0;
      return [name, own[0]?.version ?? "", ...own.map(({ median }) => median.toLocaleString("en")), `${ratio} ×`];
    }),
  );
}
