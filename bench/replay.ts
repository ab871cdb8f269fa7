/**
 * Replaying a log: lines a second, from bytes to the report. A generated access log is read from memory, so that no disk is measured:
 * its lines alone, parsed, and decided by two policies, one of which keeps much state.
 */
import { nodeFiles, loadPolicy, loadPolicyText } from "../dsl/index.ts";
import type { Policy } from "../engine/index.ts";
import { replayLog } from "../simulator/index.ts";
import { lineReader, readLog } from "../traffic/index.ts";
import { type AwaitedContestant, timeInTurnAwaited } from "./measure.ts";
import type { BenchResult } from "./result.ts";
import { seeded } from "./seeded.ts";
import { table } from "./table.ts";

const FULL = { lines: 400_000, rounds: 5, warmUp: 1 };
const QUICK = { lines: 5_000, rounds: 1, warmUp: 0 };
const SEED = 20_260_304;
const CHUNK_LINES = 1_000;
const CALLERS = 20_000;
const AGENTS = 500;
const START = Date.UTC(2026, 2, 4, 9);

/** A limit and a rule: what most policies for a gateway have at least. */
const SHORT = `policy "short" { default allow }
limit pace per ip allow 600 per 1m
rule tools when header["user-agent"] ?? "" contains "sqlmap" then block`;

interface Row {
  readonly what: string;
  readonly medianNanos: number;
  readonly bestNanos: number;
  readonly linesASecond: number;
}

/** What the group measures. */
interface ReplayFigures {
  readonly lines: number;
  readonly bytes: number;
  readonly rounds: number;
  readonly rows: readonly Row[];
}

export async function benchReplay(quick: boolean): Promise<BenchResult<ReplayFigures>> {
  const { lines, rounds, warmUp } = quick ? QUICK : FULL;
  const chunks = accessLog(lines);
  const contestants = [
    reading(chunks, lines),
    parsing(chunks, lines),
    replaying("parse and decide: a limit and a rule", chunks, lines, loadPolicyText(SHORT).policy),
    replaying("parse and decide: examples/website", chunks, lines, websitePolicy()),
  ];
  const timings = await timeInTurnAwaited(contestants, rounds, warmUp);
  const rows = timings.map(({ name, median, best }) => {
    return { what: name, medianNanos: median, bestNanos: best, linesASecond: Math.round(1e9 / median) };
  });
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.length, 0);
  return {
    name: "replay",
    title: `replay of an access log of ${lines.toLocaleString("en")} lines, ${Math.round(bytes / 1e6)} MB`,
    figures: { lines, bytes, rounds, rows },
    table: table(
      ["what", "ns a line", "best", "lines/s"],
      rows.map(({ what, medianNanos, bestNanos, linesASecond }) => [
        what,
        String(medianNanos),
        String(bestNanos),
        linesASecond.toLocaleString("en"),
      ]),
    ),
  };
}

function websitePolicy(): Policy | null {
  return loadPolicy(new URL("../examples/website/website.edgepolicy", import.meta.url).pathname, nodeFiles).policy;
}

async function* bytesOf(chunks: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* chunks;
}

function reading(chunks: readonly Buffer[], steps: number): AwaitedContestant {
  const run = async (): Promise<number> => {
    let count = 0;
    for await (const lines of readLog(bytesOf(chunks))) count += lines.length;
    return count;
  };
  return { name: "lines", steps, run };
}

function parsing(chunks: readonly Buffer[], steps: number): AwaitedContestant {
  const run = async (): Promise<number> => {
    const reader = lineReader("combined", new Set());
    let count = 0;
    for await (const lines of readLog(bytesOf(chunks))) {
      for (const { text } of lines) if (typeof reader.read(text) === "object") count++;
    }
    if (count !== steps) throw new Error(`${count} of ${steps} lines were read`);
    return count;
  };
  return { name: "parse", steps, run };
}

function replaying(name: string, chunks: readonly Buffer[], steps: number, policy: Policy | null): AwaitedContestant {
  if (policy === null) throw new Error(`the policy of "${name}" does not check`);
  const run = async (): Promise<number> => {
    const { requests } = await replayLog(policy, readLog(bytesOf(chunks)));
    if (requests !== steps) throw new Error(`${requests} of ${steps} lines were decided`);
    return requests;
  };
  return { name, steps, run };
}

/** Lines as nginx writes them, of callers of whom few send most; a third is up to three seconds late. */
function accessLog(lines: number): readonly Buffer[] {
  const random = seeded(SEED);
  const agents = Array.from({ length: AGENTS }, (_, index) => {
    return `Mozilla/5.0 (X11; Linux x86_64; rv:${index}.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${index}.0`;
  });
  let seconds = 0;
  const line = (): string => {
    if (random() < 0.01) seconds++;
    const caller = Math.floor(random() * random() * CALLERS);
    const late = random() < 0.3 ? Math.floor(random() * 3) : 0;
    const stamp = new Date(START + (seconds - late) * 1_000).toISOString().slice(11, 19);
    const page = Math.floor(random() * random() * 3_000);
    const request = `${random() < 0.9 ? "GET" : "POST"} /v1/orders/${page}?page=${page % 7} HTTP/1.1`;
    const status = random() < 0.95 ? 200 : 404;
    const ip = `10.${caller >> 8}.${caller & 255}.7`;
    const agent = agents[Math.floor(random() * AGENTS)];
    return `${ip} - - [04/Mar/2026:${stamp} +0000] "${request}" ${status} ${page * 7} "https://www.example.com/" "${agent}"\n`;
  };
  return Array.from({ length: Math.ceil(lines / CHUNK_LINES) }, () =>
    Buffer.from(Array.from({ length: CHUNK_LINES }, line).join("")),
  );
}
