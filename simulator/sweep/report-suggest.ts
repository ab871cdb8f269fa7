/** Proposed values for people at a terminal, and for machines. */
import { formatCount, type Paint, plural } from "../report/format.ts";
import { comparison, gateValue } from "../report/gates.ts";
import type { GateResult } from "../measures/expectations.ts";
import type { Candidate } from "./candidate.ts";
import { placeOf } from "./report-sweep.ts";
import type { Suggestion } from "./suggest.ts";
import { changedLines, diffText } from "./variant-diff.ts";
import type { Variants } from "./variants.ts";

/** Writes a suggestion as text that ends in a line break. */
export function renderSuggestion(found: Suggestion, variants: Variants, paint: Paint): string {
  return `${linesOf(found, variants, paint).join("\n")}\n`;
}

function linesOf(found: Suggestion, variants: Variants, paint: Paint): readonly string[] {
  const { now, proposals, nearest } = found;
  if (now.failing.length === 0) {
    const all = `${plural(now.gates.length, "expectation")} ${now.gates.length === 1 ? "holds" : "hold"}`;
    return [`${paint.good("✓")} ${all} with the values that stand there: nothing to propose`];
  }
  const head = `${formatCount(now.failing.length)} of ${plural(now.gates.length, "expectation")} ${now.failing.length === 1 ? "fails" : "fail"} now: ${failingText(now)}`;
  if (proposals.length > 0) {
    return [
      head,
      ...proposals.flatMap((each) => [
        "",
        `${paint.good("✓")} all hold with ${movedNumbers(each)}:`,
        ...changeLines(each, variants, paint),
      ]),
      "",
      searched(found),
    ];
  }
  return [
    head,
    "",
    paint.bad(`no proposal: none of ${plural(found.tried, "variant")} tried makes all hold`),
    ...(nearest === null ? [noneNearer(found)] : nearestLines(nearest, now, variants, paint)),
    "",
    searched(found),
  ];
}

function noneNearer({ tried }: Suggestion): string {
  return tried === 0 ? "no number changes a decision" : "none comes nearer than the values that stand there";
}

/** What came nearest: every expectation that fails with it or failed before, with what was measured then and before. */
function nearestLines(nearest: Candidate, now: Candidate, variants: Variants, paint: Paint): readonly string[] {
  const fail = `${formatCount(nearest.failing.length)} of ${formatCount(nearest.gates.length)} still fail`;
  const told = nearest.gates.flatMap((gate, i) => {
    const before = now.gates[i];
    return before === undefined || (gate.held && before.held) ? [] : [gateLine(gate, before, paint)];
  });
  return ["", `nearest, with ${movedNumbers(nearest)}, ${fail}:`, ...changeLines(nearest, variants, paint), ...told];
}

function gateLine(gate: GateResult, before: GateResult, paint: Paint): string {
  const sign = gate.held ? paint.good("✓") : paint.bad("✗");
  const [was, is] = [before, gate].map((one) => gateValue(one, one.measured));
  const turned = before.held ? ", which held before" : "";
  return `  ${sign} ${gate.text}: measured ${is}${was === is ? " as before" : `, before ${was}`}; ${comparison(gate)}${turned}`;
}

function movedNumbers({ changes }: Candidate): string {
  return `${plural(changes.length, "number")} moved`;
}

function failingText({ failing }: Candidate): string {
  return failing.map(({ text }) => text).join(", ");
}

/** Each changed number with its place, and the lines that hold them before and after. */
function changeLines({ changes }: Candidate, variants: Variants, paint: Paint): readonly string[] {
  const numbers = changes.map(
    ({ literal, text }) =>
      `  ${paint.bold(literal.name)}: ${literal.raw} → ${text}  (${placeOf(literal, variants.sources)})`,
  );
  const files = [...new Set(changes.map(({ literal }) => literal.span.file))];
  const lines = files
    .flatMap((file) => changedLines(file, changes, variants))
    .flatMap(({ before, after }) => [`  ${paint.bad(`- ${before.trim()}`)}`, `  ${paint.good(`+ ${after.trim()}`)}`]);
  return [...numbers, ...lines];
}

function searched({ live, lookedAt, tried, descended, runs, exhausted }: Suggestion): string {
  const end = exhausted ? "; the budget ended the search, --budget allows more" : "";
  const all = descended === 0 ? "" : `, ${formatCount(descended)} of them by descent over all numbers`;
  return `tried ${plural(tried, "variant")} of the ${formatCount(live.length)} numbers (of ${formatCount(lookedAt)}) that change a decision${all}, in ${plural(runs, "run")}${end}`;
}

/** Name and version of this form. */
export const SUGGESTION_SCHEMA = "edgepolicy.suggestion/1";

/** The suggestion as data for `JSON.stringify`. */
export function suggestionJson(found: Suggestion, variants: Variants): object {
  const candidate = ({ changes, gates, failing }: Candidate): object => ({
    changes: changes.map(({ literal, text }) => ({
      name: literal.name,
      at: placeOf(literal, variants.sources),
      from: literal.raw,
      to: text,
    })),
    diff: diffText(changes, variants),
    expectations: gates.length,
    failing,
  });
  const { now, proposals, nearest, live, lookedAt, tried, descended, runs, exhausted } = found;
  return {
    schema: SUGGESTION_SCHEMA,
    now: candidate(now),
    proposals: proposals.map(candidate),
    nearest: nearest === null ? null : candidate(nearest),
    live: live.map(({ name }) => name),
    lookedAt,
    tried,
    descended,
    runs,
    exhausted,
  };
}
