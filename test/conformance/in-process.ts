/** Runs a conformance case in this process, on both engines. */
import { diagnosticsToJson, format, loadPolicy, loadPolicyText, memoryFiles } from "../../dsl/index.ts";
import type { Outcome, PolicyEngine } from "../../engine/index.ts";
import { runTests, testsJson } from "../../simulator/index.ts";
import { CLOCK_START_MICROS, decisionLine, isRecordError, parseRequestLine } from "../../traffic/index.ts";
import { ENGINES } from "../helpers/engines.ts";
import { type Case, judgeCheck, judgeDecision, judgeFormat, judgeTests } from "./cases.ts";

const MAIN = "policy.edgepolicy";

function load(files: Readonly<Record<string, string>>): ReturnType<typeof loadPolicyText> {
  const { [MAIN]: text = "", ...others } = files;
  return loadPolicyText(text, others);
}

interface Report {
  readonly at: number;
  readonly token: number;
  readonly outcome: Outcome;
}

/** An engine with the outcomes it still waits for, which are reported in time order before the next request. */
class Run {
  readonly engine: PolicyEngine;
  private waiting: Report[] = [];
  private now = CLOCK_START_MICROS;

  constructor(engine: PolicyEngine) {
    this.engine = engine;
  }

  send(line: string, clients: ReadonlySet<string>): Readonly<Record<string, unknown>> | string {
    const record = parseRequestLine(line, clients);
    if (isRecordError(record)) return record.error;
    this.now = record.at ?? this.now;
    this.reportUntil(this.now);
    const decided = this.engine.decide(record.request, this.now);
    const decision = decided.toDecision();
    const passed = decision.verdict === "allow" || decision.verdict === "slow";
    if (passed && record.response !== null) {
      const { outcome, afterMicros } = record.response;
      this.waiting.push({ at: this.now + (afterMicros ?? 0), token: decided.token, outcome });
      if (afterMicros === null) this.reportUntil(this.now);
    }
    return JSON.parse(decisionLine(1, decision)) as Record<string, unknown>;
  }

  private reportUntil(now: number): void {
    const due = this.waiting.filter(({ at }) => at <= now).sort((a, b) => a.at - b.at);
    this.waiting = this.waiting.filter(({ at }) => at > now);
    for (const { at, token, outcome } of due) this.engine.observe(token, outcome, at);
  }
}

function runRequests({ files = {}, requests = [] }: Case): string[] {
  const { policy, diagnostics } = load(files);
  if (policy === null) return diagnostics.map(({ code, message }) => `does not compile: ${code} ${message}`);
  const clients = new Set(policy.clients.map(({ id }) => id));
  return ENGINES.flatMap(({ name, make }) => {
    const run = new Run(make(policy));
    const wrong = requests.flatMap(({ expect, ...request }, index) => {
      const actual = run.send(JSON.stringify(request), clients);
      if (typeof actual === "string") return [`request ${index + 1}: ${actual}`];
      return expect === undefined ? [] : judgeDecision(index + 1, expect, actual);
    });
    return wrong.map((each) => `${name}: ${each}`);
  });
}

function runCheck({ files = {}, check }: Case): string[] {
  const { diagnostics, sources } = load(files);
  return check === undefined ? [] : judgeCheck(check, diagnosticsToJson(diagnostics, sources).diagnostics);
}

/** The policy's own tests, which run on both engines. */
function runTestBlocks({ files = {} }: Case, expected: NonNullable<Case["test"]>): string[] {
  const { policy, tests, sources, diagnostics } = load(files);
  if (policy === null) return diagnostics.map(({ code, message }) => `does not compile: ${code} ${message}`);
  const suite = { file: MAIN, policy, tests, sources };
  const reload = (path: string): ReturnType<typeof loadPolicy> => loadPolicy(path, memoryFiles(files));
  const result = runTests(suite, { load: reload, coverage: false, filter: null });
  return judgeTests(expected, testsJson([result]));
}

/** What a case asks for and does not get; empty where it passes. */
export function runCase(given: Case): string[] {
  if (given.test !== undefined) return runTestBlocks(given, given.test);
  if (given.format !== undefined) return judgeFormat(given.format, (text) => format(text).text);
  return given.check === undefined ? runRequests(given) : runCheck(given);
}
