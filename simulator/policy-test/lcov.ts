/**
 * Coverage as an lcov tracefile (geninfo(1)): rules are functions, the answers of conditions and limits are branches, and a line is hit
 * as often as the declaration or condition on it.
 */
import { lineOf } from "../../dsl/index.ts";
import type { Span } from "../../engine/index.ts";
import type { Coverage } from "./coverage.ts";
import type { TestSuite } from "./run-tests.ts";

/** What is known of the lines of one file. */
class TraceFile {
  readonly lines = new Map<number, number>();
  readonly functions: { readonly line: number; readonly name: string; readonly hits: number }[] = [];
  readonly branches: { readonly line: number; readonly block: number; readonly taken: readonly number[] }[] = [];

  /** Several things on one line: it is hit as often as the least of them, so that nothing untried is hidden. */
  hit(line: number, hits: number): void {
    this.lines.set(line, Math.min(hits, this.lines.get(line) ?? Infinity));
  }

  /** @param taken - How often each branch was. */
  branch(line: number, taken: readonly number[]): void {
    this.branches.push({ line, block: this.branches.length, taken });
  }

  text(path: string): string {
    const functions = this.functions.map(({ line, name }) => `FN:${line},${name}`);
    const calls = this.functions.map(({ name, hits }) => `FNDA:${hits},${name}`);
    const taken = this.branches.flatMap(({ line, block, taken: each }) => {
      const reached = each.some((times) => times > 0);
      return each.map((times, index) => `BRDA:${line},${block},${index},${reached ? times : "-"}`);
    });
    const lines = [...this.lines].sort(([a], [b]) => a - b);
    const times = this.branches.flatMap((branch) => branch.taken);
    return [
      "TN:",
      `SF:${path}`,
      ...functions,
      ...calls,
      `FNF:${this.functions.length}`,
      `FNH:${this.functions.filter(({ hits }) => hits > 0).length}`,
      ...taken,
      `BRF:${times.length}`,
      `BRH:${times.filter((each) => each > 0).length}`,
      ...lines.map(([line, hits]) => `DA:${line},${hits}`),
      `LF:${lines.length}`,
      `LH:${lines.filter(([, hits]) => hits > 0).length}`,
      "end_of_record\n",
    ].join("\n");
  }
}

/** The tracefile of one policy: a record for each of its files. */
export function lcovOf({ sources }: Pick<TestSuite, "sources">, coverage: Coverage): string {
  const files = new Map<number, TraceFile>();
  const at = (span: Span): { readonly file: TraceFile; readonly line: number } => {
    const file = files.get(span.file) ?? new TraceFile();
    files.set(span.file, file);
    return { file, line: lineOf(span, sources) };
  };
  for (const { span, name, hits } of coverage.rules) {
    const { file, line } = at(span);
    file.functions.push({ line, name, hits });
    file.hit(line, hits);
  }
  for (const { span, hits } of [...coverage.signals, ...coverage.terms.flat()]) {
    const { file, line } = at(span);
    file.hit(line, hits);
  }
  for (const { span, admitted, refused, slowed } of coverage.limits) {
    const { file, line } = at(span);
    file.hit(line, admitted + refused + (slowed ?? 0));
    file.branch(line, [admitted, refused, ...(slowed === null ? [] : [slowed])]);
  }
  for (const { span, yes, no } of coverage.conditions) {
    const { file, line } = at(span);
    file.branch(line, [yes, no]);
    if (!file.lines.has(line)) file.hit(line, yes + no);
  }
  return [...files]
    .sort(([a], [b]) => a - b)
    .map(([file, trace]) => trace.text(sources[file]?.path ?? ""))
    .join("");
}
