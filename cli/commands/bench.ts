/** `edgepolicy bench`: what a policy does on this machine. */
import { cpus } from "node:os";
import { loadPolicyText } from "../../dsl/index.ts";
import { describeCost, type Policy } from "../../engine/index.ts";
import { type Line, measurePolicy, type Measured, stepsOf } from "../bench/measure.ts";
import type { Command } from "../command.ts";
import { memoryTable } from "../cost-report.ts";
import type { CliIo } from "../io.ts";
import { type Arguments, formatOption } from "../options.ts";
import { counted, loadGood } from "../policy-file.ts";
import { CliProblem } from "../problem.ts";
import { Progress } from "../progress.ts";

export const bench: Command = {
  usage: "[FILE] [--seconds N] [--seed N] [--format text|json]",
  about: `Sends requests of the policy's clients and of strangers to its routes, in process and on one core. Prints decisions a second, how
long single ones take, the bytes for each key of state, and the same with up to 10,000 more rules. Without FILE it measures a small policy of a
limit, a signal and four rules. The figures depend on this machine and its load: compare only those of one run.`,
  options: [
    { name: "seconds", value: "N", help: "how long each line is measured, up to 600; may be a fraction (default 1)" },
    { name: "seed", value: "N", help: "what the requests are drawn from (default 1)" },
    formatOption(),
  ],
  examples: ["bench policies/orders.edgepolicy", "bench --seconds 5 --format json policies/orders.edgepolicy"],
  run,
};

/** Rules added, for each line. */
const ADDED = [0, 100, 1_000, 10_000];
const MOST_SECONDS = 600;

const EXAMPLE = `policy "example" { default block }
route login  = POST "/v1/login" { body { username: string } }
route orders = GET | POST "/v1/orders"
route order  = GET "/v1/orders/{id}"
signal users = distinct(username) on login per ip.network over 10m
limit pace per ip.network allow 10 per 1s burst 20
rule read     on order  then allow
rule write    on orders then allow
rule sign_in  on login  then allow
rule stuffing on login when users > 20 then block for 15m per ip.network
`;

async function run(args: Arguments, io: CliIo): Promise<number> {
  const [file, extra] = args.positionals;
  if (extra !== undefined) throw new CliProblem(`unexpected argument \`${extra}\``);
  const effort = { seconds: secondsOf(args), seed: args.integer("seed", 0, 2 ** 32 - 1) ?? 1, added: ADDED };
  const began = performance.now();
  const policy = file === undefined ? examplePolicy() : loadGood(file, io).policy;
  const loadMs = Math.round((performance.now() - began) * 10) / 10;
  const progress = new Progress("measuring", stepsOf(effort), io);
  const measured = measurePolicy(policy, effort, (done) => progress.look(done));
  progress.clear();
  const print = args.json() ? asJson : asText;
  await io.stdout(print(file ?? null, policy, loadMs, measured));
  return 0;
}

function secondsOf(args: Arguments): number {
  const text = args.text("seconds");
  if (text === null) return 1;
  const seconds = /^\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
  if (seconds > 0 && seconds <= MOST_SECONDS) return seconds;
  throw new CliProblem(`--seconds ${text}: not a number above 0 and up to ${MOST_SECONDS}`);
}

function examplePolicy(): Policy {
  const { policy } = loadPolicyText(EXAMPLE);
  if (policy === null) throw new Error("the example does not check");
  return policy;
}

function asJson(file: string | null, policy: Policy, loadMs: number, measured: Measured): string {
  const { state, memoryBytes } = describeCost(policy);
  const { requests, verdicts, lines } = measured;
  const machine = { cpu: processor(), node: process.version };
  const of = { file, policy: policy.name, version: policy.version };
  return `${JSON.stringify({ ...of, machine, loadMs, requests, verdicts, lines, memoryBytes, state })}\n`;
}

function processor(): string {
  return cpus()[0]?.model.trim() ?? "unknown";
}

function asText(file: string | null, policy: Policy, loadMs: number, measured: Measured): string {
  const { routes, clients } = policy;
  const parts = [
    counted(policy.rules.length, "rule"),
    counted(policy.limits.length, "limit"),
    counted(policy.signals.length, "signal"),
  ];
  const [first] = measured.lines;
  return `${file ?? "a policy of its own"}: ${parts.join(", ")}; one core of ${processor()}, Node.js ${process.version}
  read and checked in ${loadMs} ms, compiled in ${first?.compileMs} ms
  ${counted(measured.requests, "request")} on ${counted(routes.length, "route")} by ${counted(clients.length, "client")} and strangers, first ${verdictText(measured)}

${lineTable(measured.lines)}
${memoryTable(describeCost(policy))}`;
}

function verdictText({ verdicts }: Measured): string {
  return Object.entries(verdicts)
    .sort(([, a], [, b]) => b - a)
    .map(([name, count]) => `${count.toLocaleString("en-US")} ${name}`)
    .join(", ");
}

const HEADS = ["rules", "decisions/s", "median ns", "90 %", "99 %", "99.9 %", "compile ms"];

/** A line for the policy as it is, and for each number of rules added. */
function lineTable(lines: readonly Line[]): string {
  const rows = lines.map(({ rules, decisionsPerSecond, p50, p90, p99, p999, compileMs }) =>
    [rules, decisionsPerSecond, p50, p90, p99, p999, compileMs].map((value) => value.toLocaleString("en-US")),
  );
  const all = [HEADS, ...rows];
  const widths = HEADS.map((_, column) => Math.max(...all.map((cells) => (cells[column] ?? "").length)));
  return all
    .map((cells) => `  ${cells.map((cell, column) => cell.padStart(widths[column] ?? 0)).join("  ")}\n`)
    .join("");
}
