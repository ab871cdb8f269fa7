/** Reading: text to syntax tree, without checking, of policies of several lengths. */
import { parse } from "../dsl/index.ts";
import { longPolicy } from "./long-policy.ts";
import { type Contestant, type Timing, timeInTurn } from "./measure.ts";
import type { BenchResult } from "./result.ts";
import { table } from "./table.ts";

const FULL = { rounds: 30, warmUp: 5 };
const QUICK = { rounds: 2, warmUp: 1 };
const LENGTHS = [100, 1_000, 10_000];

interface Row {
  readonly lines: number;
  readonly bytes: number;
  readonly medianMs: number;
  readonly bestMs: number;
  readonly megabytesASecond: number;
  readonly linesASecond: number;
}

export function benchParse(quick: boolean): BenchResult {
  const { rounds, warmUp } = quick ? QUICK : FULL;
  const texts = LENGTHS.map((lines) => longPolicy(lines).join("\n"));
  const timings = timeInTurn(texts.map(contestant), rounds, warmUp);
  const rows = timings.map((timing, index) => rowOf(texts[index] ?? "", timing));
  return {
    name: "parse",
    title: "parse: text to syntax tree",
    figures: { rounds, rows },
    table: table(
      ["lines", "bytes", "ms", "best", "MB/s", "lines/s"],
      rows.map((row) => [
        row.lines.toLocaleString("en"),
        row.bytes.toLocaleString("en"),
        String(row.medianMs),
        String(row.bestMs),
        String(row.megabytesASecond),
        row.linesASecond.toLocaleString("en"),
      ]),
    ),
  };
}

function contestant(text: string): Contestant {
  const run = (): number => {
    const { diagnostics } = parse(text);
    if (diagnostics.length > 0) throw new Error(`the text does not parse: ${diagnostics[0]?.message ?? ""}`);
    return diagnostics.length;
  };
  return { name: `${text.length} characters`, steps: 1, run };
}

function rowOf(text: string, { median, best }: Timing): Row {
  const lines = text.split("\n").length;
  const bytes = Buffer.byteLength(text);
  return {
    lines,
    bytes,
    medianMs: Math.round(median / 1e4) / 100,
    bestMs: Math.round(best / 1e4) / 100,
    megabytesASecond: Math.round((bytes / median) * 1e4) / 10,
    linesASecond: Math.round((lines / median) * 1e9),
  };
}
