/**
 * Deoptimisations while the example's traffic is decided, by V8's own account (`--trace-deopt`), in a process of its own: those of the
 * warm-up, and those after it. A function that is optimised and thrown away again and again for one reason would be a loop.
 */
import { spawnSync } from "node:child_process";
import { join } from "node:path";
import type { BenchResult } from "./result.ts";
import { table } from "./table.ts";

const FULL = { warmUp: 1_000_000, measured: 4_000_000 };
const QUICK = { warmUp: 50_000, measured: 50_000 };
/** What V8 writes of each: `[bailout (kind: deopt-eager, reason: not a Smi): begin. deoptimizing 0x… <JSFunction read (sfi = 0x…)>, …`. */
const BAILOUT =
  /^\[bailout \(kind: ([^,]*), reason: (.*?)\): begin\. deoptimizing 0x[0-9a-f]+ <JSFunction (?:(.*?) )?\(sfi = (0x[0-9a-f]+)\)>/;
/** The function of `deopts-once.ts` that marks the end of the warm-up. */
const MARK = "endOfWarmUp";
/** How often a function may be deoptimised for one reason after the warm-up: V8 gives up optimising what it must throw away more often. */
const LOOP = 4;

/** A function that was deoptimised for one reason, and how often. */
export interface DeoptRow {
  readonly name: string;
  /** V8's words. */
  readonly kind: string;
  readonly reason: string;
  readonly during: number;
  readonly after: number;
}

/** What the group measures. */
export interface DeoptFigures {
  /** Decisions. */
  readonly warmUp: number;
  readonly measured: number;
  readonly during: number;
  readonly after: number;
  /** Functions that were deoptimised again and again after the warm-up. */
  readonly loops: readonly string[];
  readonly rows: readonly DeoptRow[];
}

export function benchDeopts(quick: boolean): BenchResult<DeoptFigures> {
  const effort = quick ? QUICK : FULL;
  const rows = countDeopts(trace(effort));
  const during = rows.reduce((sum, row) => sum + row.during, 0);
  const after = rows.reduce((sum, row) => sum + row.after, 0);
  const loops = rows.filter((row) => row.after >= LOOP).map(({ name, reason }) => `${name}: ${reason}`);
  return {
    name: "deopts",
    title: `deoptimisations: ${during} in ${effort.warmUp.toLocaleString("en")} decisions of warm-up, ${after} in ${effort.measured.toLocaleString("en")} after it, ${loops.length} loops`,
    figures: { ...effort, during, after, loops, rows },
    table: table(
      ["function", "kind", "reason", "warm-up", "after"],
      rows.map((row) => [row.name, row.kind, row.reason, String(row.during), String(row.after)]),
    ),
  };
}

function trace({ warmUp, measured }: typeof FULL): string {
  const program = join(import.meta.dirname, "deopts-once.ts");
  const args = ["--trace-deopt", program, String(warmUp), String(measured)];
  const { status, stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", maxBuffer: 2 ** 28 });
  if (status !== 0) throw new Error(`deopts-once.ts failed: ${stderr}`);
  return stdout;
}

/**
 * The deoptimisations of a trace by function, kind and reason; those after the warm-up first.
 *
 * @throws Where the end of the warm-up is not marked.
 */
export function countDeopts(text: string): readonly DeoptRow[] {
  const rows = new Map<string, DeoptRow>();
  let warm = false;
  for (const line of text.split("\n")) {
    const [, kind = "", reason = "", name = "", id = ""] = BAILOUT.exec(line) ?? [];
    if (name === MARK) warm = true;
    if (id === "" || name === MARK) continue;
    const key = `${id} ${kind} ${reason}`;
    const row = rows.get(key) ?? { name: name === "" ? "(no name)" : name, kind, reason, during: 0, after: 0 };
    rows.set(key, { ...row, during: row.during + (warm ? 0 : 1), after: row.after + (warm ? 1 : 0) });
  }
  if (!warm) throw new Error("the trace does not say where the warm-up ends");
  return [...rows.values()].sort((left, right) => right.after - left.after || right.during - left.during);
}
