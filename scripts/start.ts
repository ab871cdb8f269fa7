/**
 * `npm start`: shows in one go what the project is for. Checks the example policy, runs its attack scenario under a naive and under
 * the good policy, then enforces the good one in front of a demonstration API with live traffic, until Ctrl-C.
 * `npm start -- --once` ends by itself after ten seconds; `PORT` or `--port PORT` chooses the port.
 */
import { once } from "node:events";
import { createServer } from "node:net";
import { dirname, join, relative } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { type LoadResult, loadPolicy, nodeFiles, renderDiagnostics, type Scenario } from "../dsl/index.ts";
import type { Policy } from "../engine/index.ts";
import { type RunningServer, ServerError, startServer } from "../server/index.ts";
import { runScenario, type ScenarioResult } from "../simulator/index.ts";
import { type DemoApi, startDemoApi } from "./demo-api.ts";
import { renderComparison } from "./demo/compare.ts";
import { DecisionCounts, parseDecision, renderDecision } from "./demo/decisions.ts";
import { OptionProblem, readOptions, type StartOptions } from "./demo/options.ts";
import { count, makePaint, plural, span } from "./demo/terminal.ts";
import { demoKey, driveTraffic } from "./demo/traffic.ts";

const ROOT = dirname(import.meta.dirname);
const GOOD = join(ROOT, "examples/orders/orders.edgepolicy");
const NAIVE = join(ROOT, "examples/orders/naive.edgepolicy");
/** The same for both policies, and few, so that the answer is there in seconds; `edgepolicy simulate` runs all that the scenario asks for. */
const SEEDS = [1, 2, 3, 4, 5] as const;
const ONCE_MS = 10_000;
const HOST = "127.0.0.1";
const ADMIN_PORT = 8081;

const paint = makePaint(process.stdout.isTTY === true && (process.env["NO_COLOR"] ?? "") === "");

/** Ends the demonstration with an exit status; the message is for people and says what to do. */
class Stop extends Error {
  readonly status: 1 | 2;

  constructor(message: string, status: 1 | 2) {
    super(message);
    this.status = status;
  }
}

function print(text = ""): void {
  process.stdout.write(`${text}\n`);
}

function step(number: number, title: string): void {
  print(`\n${paint.bold(`${number}  ${title}`)}\n`);
}

async function main(argv: readonly string[]): Promise<void> {
  const options = readOptions(argv, process.env);
  await assertFree(options.port);
  const good = checkPolicy(GOOD);
  compare(checkPolicy(NAIVE), good);
  await enforce(options);
}

interface Checked {
  readonly policy: Policy;
  readonly scenario: Scenario;
}

function checkPolicy(path: string): Checked {
  const shown = relative(process.cwd(), path);
  const began = performance.now();
  const loaded: LoadResult = loadPolicy(path, nodeFiles);
  const took = Math.round(performance.now() - began);
  const [scenario] = loaded.scenarios;
  if (loaded.diagnostics.length > 0) {
    process.stderr.write(
      renderDiagnostics(loaded.diagnostics, loaded.sources, { color: process.stderr.isTTY === true }),
    );
  }
  if (loaded.policy === null || scenario === undefined) throw new Stop(`${shown} cannot be run`, 1);
  if (path === GOOD) step(1, `Check ${shown}`);
  const { rules, limits, signals, clients } = loaded.policy;
  const parts = [
    plural(rules.length, "rule"),
    plural(limits.length, "limit"),
    plural(signals.length, "signal"),
    plural(clients.length, "client"),
  ].join(", ");
  print(`  ${shown.padEnd(36)} ${paint.good("no errors")}  ${parts} ${paint.dim(`(${took} ms)`)}`);
  return { policy: loaded.policy, scenario };
}

function compare(naive: Checked, good: Checked): void {
  const { name, runMicros, doc } = good.scenario;
  step(2, `Simulate ${name}: ${span(runMicros)} on ${SEEDS.length} seeds, the same for both policies`);
  for (const line of doc.split("\n")) print(`  ${paint.dim(line)}`);
  print();
  const results = [naive, good].map(({ policy, scenario }) => runScenario(policy, scenario, { seeds: SEEDS }));
  const [first, second] = results as [ScenarioResult, ScenarioResult];
  process.stdout.write(renderComparison([first, second], ["naive.edgepolicy", "orders.edgepolicy"], paint));
  print(paint.dim("\n  the whole report: edgepolicy simulate examples/orders/orders.edgepolicy"));
  if (!second.held) throw new Stop("the good policy does not hold what its scenario expects", 1);
}

async function enforce(options: StartOptions): Promise<void> {
  const api = await startDemoApi();
  const counts = new DecisionCounts();
  const began = performance.now();
  const show = (line: string): void => {
    const decision = parseDecision(line);
    counts.add(decision);
    print(renderDecision(decision, performance.now() - began, paint));
  };
  try {
    const running = await serve(options.port, api, show);
    const ended = endOf(options);
    describe(running, api, options);
    await whileRunning(running, ended);
    summarise(counts, api);
  } finally {
    await api.close();
  }
}

async function serve(port: number, api: DemoApi, sink: (line: string) => void): Promise<RunningServer> {
  try {
    return await startServer({
      policy: GOOD,
      listen: `${HOST}:${port}`,
      admin: `${HOST}:${(await isFree(ADMIN_PORT)) ? ADMIN_PORT : 0}`,
      upstream: api.url,
      log: { sink },
      report: (line) => process.stderr.write(`${line}\n`),
      stopTimeoutMs: 2_000,
    });
  } catch (problem) {
    if (!(problem instanceof ServerError)) throw problem;
    if (problem.code === "address_in_use") throw portTaken(port);
    throw new Stop(problem.help === "" ? problem.message : `${problem.message}; ${problem.help}`, 2);
  }
}

function describe(running: RunningServer, api: DemoApi, { once: ends }: StartOptions): void {
  step(3, "Enforce it in front of a demonstration API");
  print(`  enforcement point  ${paint.bold(running.url)}   in front of ${api.url}`);
  print(`  metrics            ${running.adminUrl}/metrics`);
  print(`  health             ${running.adminUrl}/healthz`);
  print(
    `  as a partner       ${curl(running, `-H 'x-api-key: ${demoKey("acme_sync")}' -H 'x-forwarded-for: 203.0.113.9'`)}`,
  );
  print(`  as a stranger      ${curl(running, "-H 'x-forwarded-for: 198.51.100.77'")}`);
  print(`\n  Five partners work; from second 2, one tool tries stolen passwords from many networks.`);
  print(paint.dim(ends ? "  This ends by itself after ten seconds.\n" : "  Decisions as they come; Ctrl-C ends.\n"));
}

function curl({ url }: RunningServer, headers: string): string {
  return `curl -i ${url}/v1/orders/10001 ${headers}`;
}

/** Aborts when the demonstration is to end. */
function endOf({ once: ends }: StartOptions): AbortSignal {
  const ending = new AbortController();
  const end = (): void => ending.abort();
  process.once("SIGINT", end);
  process.once("SIGTERM", end);
  if (ends) void wait(ONCE_MS, undefined, { ref: false }).then(end);
  return ending.signal;
}

/** Drives the traffic until `ended` aborts, then stops the enforcement point. */
async function whileRunning(running: RunningServer, ended: AbortSignal): Promise<void> {
  const traffic = driveTraffic(running.url, ended);
  try {
    if (!ended.aborted) await Promise.race([once(ended, "abort"), traffic]);
    await traffic;
  } finally {
    await running.stop();
  }
}

function summarise({ clients, strangers, by }: DecisionCounts, { signIns }: DemoApi): void {
  const deciders = [...by].map(([name, times]) => `${name} ${count(times)}`).join(", ");
  print(`\n${paint.bold("Summary")}`);
  print(`  partners    ${count(clients.let)} requests served, ${count(clients.refused)} refused`);
  print(
    `  strangers   ${count(strangers.let)} let through, ${count(strangers.refused)} refused${deciders === "" ? "" : ` (${deciders})`}`,
  );
  print(`  accounts    ${count(signIns.opened)} opened of ${count(signIns.arrived)} tries that reached the API`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once("error", () => resolve(false));
    probe.listen(port, HOST, () => probe.close(() => resolve(true)));
  });
}

async function assertFree(port: number): Promise<void> {
  if (!(await isFree(port))) throw portTaken(port);
}

function portTaken(port: number): Stop {
  const other = port + 10 > 65_535 ? port - 10 : port + 10;
  return new Stop(
    `port ${port} of ${HOST} cannot be listened on; stop what uses it, or choose another: npm start -- --port ${other}`,
    2,
  );
}

// A reader that has seen enough (`| head`) closes the pipe; that is no error.
process.stdout.on("error", (problem: NodeJS.ErrnoException) => process.exit(problem.code === "EPIPE" ? 0 : 2));

try {
  await main(process.argv.slice(2));
} catch (problem) {
  if (!(problem instanceof Stop || problem instanceof OptionProblem)) throw problem;
  process.stderr.write(`edgepolicy: ${problem.message}\n`);
  process.exitCode = problem instanceof Stop ? problem.status : 2;
}
