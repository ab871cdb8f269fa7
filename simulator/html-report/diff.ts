/** What another policy would have answered. */
import { percent } from "../measures/measures.ts";
import { differenceText, intervalText, turnsOf, valueText } from "../diff/diff-words.ts";
import type { Detail } from "./detail.ts";
import { Html, html, type Part, shortened } from "./html.ts";
import type { ReportedDiff } from "./input.ts";
import { formatCount, formatPercent } from "./numbers.ts";
import { fold, table } from "./table.ts";
import { heldMark } from "./words.ts";

const BASIS: Readonly<Record<ReportedDiff["kind"], string>> = {
  "first-order": "First-order: both decide the same requests, and nobody reacts to the answers.",
  "closed-loop": "Closed-loop: callers and attackers react to each policy, from the same seeds.",
};

/** Characters of a caveat that are shown. */
const MOST_CAVEAT = 1_000;

/**
 * From the other policy to this one.
 *
 * @param files - What they stand in; empty where that is not known.
 */
export function diffSection(
  { kind, old, new: now, verdicts, origins = [], gates = [], measures = [], caveats }: ReportedDiff,
  files: { readonly old: string; readonly new: string },
  detail: Detail,
): Html {
  const { requests, changed, matrix, causes, callers } = verdicts;
  const turns = turnsOf(verdicts, origins).join(", ");
  return html`<p>From ${policyText(old, files.old)} to ${policyText(now, files.new)}. ${BASIS[kind]}</p>
<p><b>${formatCount(changed)} of ${formatCount(requests)} requests</b> (${formatPercent(percent(changed, requests))}) change their verdict${turns === "" ? "" : `: ${turns}`}.</p>
${when(gates.filter(turned), (rows) => gatesTable(rows, detail))}
${when(measures.filter(turned), (rows) => measuresTable(rows, detail))}
${when(matrix.filter(turned), (rows) => verdictsTable(rows, detail))}
${when(causes, (rows) => causesTable(rows, detail))}
${when(callers, (rows) => callersTable(rows, detail))}
${when(caveats, (all) => html`<ul>${all.map((one) => html`<li>${Html.text(shortened(one, MOST_CAVEAT))}</li>`)}</ul>`)}`;
}

type Rows<Member extends "gates" | "measures"> = NonNullable<ReportedDiff[Member]>;
type Verdicts = ReportedDiff["verdicts"];

function turned({ old, new: now }: { readonly old: unknown; readonly new: unknown }): boolean {
  return old !== now;
}

function gatesTable(gates: Rows<"gates">, { rows: most }: Detail): Html {
  return table({
    caption: "Expectations that turn",
    columns: [{ head: "Expectation" }, { head: "Before" }, { head: "Now" }],
    rows: gates.map((gate) => [html`<code>${gate.text}</code>`, heldMark(gate.old), heldMark(gate.new)]),
    most,
  });
}

function measuresTable(measures: Rows<"measures">, { rows: most }: Detail): Html {
  return table({
    caption: "Measures that change, means over the seeds",
    columns: [
      { head: "Measure" },
      { head: "Before", number: true },
      { head: "Now", number: true },
      { head: "Difference", number: true },
      { head: "95 % interval", number: true },
    ],
    rows: measures.map((change) => [
      html`<code>${change.subject}.${change.metric}</code>`,
      valueText(change.old, change.unit),
      valueText(change.new, change.unit),
      differenceText(change.difference, change.unit) || "–",
      intervalText(change) || "–",
    ]),
    most,
  });
}

function verdictsTable(matrix: Verdicts["matrix"], { rows: most }: Detail): Html {
  return table({
    caption: "Requests by change of verdict",
    columns: [{ head: "Before", named: true }, { head: "Now" }, { head: "Requests", number: true }],
    rows: matrix.map((cell) => [cell.old, cell.new, formatCount(cell.requests)]),
    most,
  });
}

function causesTable(causes: Verdicts["causes"], { rows: most }: Detail): Html {
  return table({
    caption: "By what decides",
    columns: [{ head: "Before", named: true }, { head: "Now" }, { head: "Requests", number: true }],
    rows: causes.map((change) => [causeText(change.old), causeText(change.new), formatCount(change.requests)]),
    most,
  });
}

function callersTable(callers: Verdicts["callers"], { rows: most }: Detail): Html {
  const caption = "Most affected callers";
  const columns = [
    { head: "Caller" },
    { head: "Requests", number: true },
    { head: "Newly refused", number: true },
    { head: "Newly let through", number: true },
  ];
  const rows = callers.map((one) => [
    one.name,
    ...[one.requests, one.newlyRefused, one.newlyAdmitted].map(formatCount),
  ]);
  return fold(caption, table({ caption, columns, rows, most, quiet: true }));
}

/** Two states of one file have one name, so the version tells them apart. */
function policyText({ name, version }: ReportedDiff["old"], file: string): Html {
  return html`<b>${name}</b>${file === "" ? null : html` in <code>${file}</code>`} (${version})`;
}

function when<T>(items: readonly T[], render: (items: readonly T[]) => Html): Html | null {
  return items.length === 0 ? null : render(items);
}

function causeText({ verdict, by }: ReportedDiff["verdicts"]["causes"][number]["old"]): Part {
  return by === "" ? verdict : html`${verdict} by <code>${by}</code>`;
}
