/** What is told of a scenario, in the order of the page. */
import { attacksSection } from "./attacks.ts";
import { coverageSection } from "./coverage.ts";
import type { Detail } from "./detail.ts";
import { diffSection } from "./diff.ts";
import { gatesSection } from "./gates.ts";
import { harmSection } from "./harm.ts";
import { type Html, html } from "./html.ts";
import type { ReportedScenario, ReportInput } from "./input.ts";
import { precisionSection } from "./precision.ts";
import { rulesSection } from "./rules.ts";
import { seedsSection } from "./seeds.ts";
import { timelineSection } from "./timeline.ts";

export interface Section {
  /** Part of the id that links lead to. */
  readonly id: string;
  readonly title: string;
  readonly body: Html;
}

/** A scenario as the page shows it. */
export interface Chapter {
  /** Prefix of the ids in it. */
  readonly id: string;
  readonly reported: ReportedScenario;
  readonly sections: readonly Section[];
}

/** @param whole - False: only what was expected, and how to see the rest. */
export function sectionsOf(
  { policy, file, against = "" }: ReportInput,
  reported: ReportedScenario,
  detail: Detail,
  whole: boolean,
): readonly Section[] {
  const { result, diff } = reported;
  const expectations = { id: "expectations", title: "Expectations", body: gatesSection(result, detail) };
  const note = html`<p class="note">The page has no room for more of this scenario: <code>--scenario ${result.scenario}</code> makes one of it alone.</p>`;
  const seeds = { id: "seeds", title: "Seeds and replay", body: seedsSection(result, file, detail) };
  if (!whole) return [{ ...expectations, body: html`${expectations.body}${note}` }, seeds];
  return [
    expectations,
    { id: "harm", title: "Who was harmed", body: harmSection(reported, file, detail) },
    { id: "timeline", title: "Timeline", body: timelineSection(reported, detail) },
    { id: "attacks", title: "Attacks", body: attacksSection(reported) },
    { id: "rules", title: "What each rule contributed", body: rulesSection(policy, result, detail) },
    ...(result.precision.length === 0
      ? []
      : [{ id: "precision", title: "How sure a refusal is", body: precisionSection(result) }]),
    ...(diff === undefined
      ? []
      : [
          {
            id: "diff",
            title: "Compared with another policy",
            body: diffSection(diff, { old: against, new: file }, detail),
          },
        ]),
    { id: "coverage", title: "What was never reached", body: coverageSection(result, detail) },
    seeds,
  ];
}
