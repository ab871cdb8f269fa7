/** What tests have tried, as a table with what they have not, and as data. */
import { lineOf, quote, type SourceFile } from "../../dsl/index.ts";
import type { Span } from "../../engine/index.ts";
import { formatTable } from "../report/format.ts";
import type { Coverage } from "./coverage.ts";
import type { TestSuite } from "./run-tests.ts";

/** How much of one kind was tried. */
export interface CoverageCount {
  readonly covered: number;
  readonly total: number;
}

/** Something that no test has tried. */
export interface Untried {
  readonly file: string;
  readonly line: number;
  /** Such as ``rule `probes` never matches``. */
  readonly message: string;
}

/** Coverage of one policy file. Conditions count twice, for yes and for no; limits once for each way of answering. */
export interface CoverageJson {
  readonly file: string;
  readonly rules: CoverageCount;
  readonly conditions: CoverageCount;
  readonly limits: CoverageCount;
  readonly untried: readonly Untried[];
}

/** Something that can be tried, and whether it was. */
interface Point {
  readonly span: Span;
  readonly tried: boolean;
  readonly message: string;
}

/** Coverage as data. */
export function coverageJson({ file, sources }: Pick<TestSuite, "file" | "sources">, coverage: Coverage): CoverageJson {
  const { rules, conditions, limits } = pointsOf(coverage, sources);
  const untried = [...rules, ...conditions, ...limits]
    .filter(({ tried }) => !tried)
    .sort((a, b) => a.span.file - b.span.file || a.span.start - b.span.start)
    .map(({ span, message }) => ({ file: sources[span.file]?.path ?? file, line: lineOf(span, sources), message }));
  return { file, rules: count(rules), conditions: count(conditions), limits: count(limits), untried };
}

/** Coverage for people. */
export function renderCoverage(suite: Pick<TestSuite, "file" | "sources">, coverage: Coverage): string {
  const { file, rules, conditions, limits, untried } = coverageJson(suite, coverage);
  const table = formatTable(
    [
      rowOf("rules matched", rules),
      rowOf("conditions both true and false", conditions),
      rowOf("answers of limits", limits),
    ],
    "lrr",
  );
  const missing = formatTable(
    untried.map((each) => [`  ${each.file}:${each.line}`, each.message]),
    "ll",
  );
  const rest = missing.length === 0 ? "" : `not tried\n${missing.join("\n")}\n`;
  return `coverage of ${file}\n${table.map((row) => `  ${row}\n`).join("")}${rest}`;
}

function rowOf(name: string, { covered, total }: CoverageCount): readonly string[] {
  const share = total === 0 ? "" : `${Math.floor((100 * covered) / total)} %`;
  return [name, `${covered} of ${total}`, share];
}

function count(points: readonly Point[]): CoverageCount {
  return { covered: points.filter(({ tried }) => tried).length, total: points.length };
}

function pointsOf(
  coverage: Coverage,
  sources: readonly SourceFile[],
): { readonly rules: readonly Point[]; readonly conditions: readonly Point[]; readonly limits: readonly Point[] } {
  const rules = coverage.rules.map(({ kind, span, hits, name }) => ({
    span,
    tried: hits > 0,
    message: kind === "rule" ? `rule \`${name}\` never matches` : `${name} is about no request`,
  }));
  const conditions = coverage.conditions.flatMap(({ span, yes, no, owner }) => {
    const text = `\`${quote(span, sources)}\` in ${owner}`;
    return [
      { span, tried: yes > 0, message: `${text} is never true` },
      { span, tried: no > 0, message: `${text} is never false` },
    ];
  });
  const limits = coverage.limits.flatMap(({ span, name, admitted, refused, slowed }) => [
    { span, tried: admitted > 0, message: `limit \`${name}\` never admits` },
    { span, tried: refused > 0, message: `limit \`${name}\` never refuses` },
    ...(slowed === null ? [] : [{ span, tried: slowed > 0, message: `limit \`${name}\` never slows` }]),
  ]);
  return { rules, conditions, limits };
}
