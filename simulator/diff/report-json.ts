/** A comparison as JSON for programs. The same policies and traffic give the same bytes. */
import { explanationToJson, type JsonExplanation } from "../../dsl/index.ts";
import type { DiffResult, FirstChange, LogDiff, ScenarioDiff } from "./diff-result.ts";
import type { DiffReportOptions } from "./report-text.ts";

/** Name and version of this form. Members may be added within a version, never removed or given another meaning. */
export const DIFF_SCHEMA = "edgepolicy.diff/1";

interface FirstJson extends Omit<FirstChange, "explanations"> {
  readonly explanations: { readonly old: JsonExplanation; readonly new: JsonExplanation } | null;
}

/** The result's own members behind a schema. Times are integer microseconds or their means, shares are in percent. */
export type DiffJson = { readonly schema: typeof DIFF_SCHEMA; readonly first: FirstJson | null } & (
  | Omit<LogDiff, "first">
  | Omit<ScenarioDiff, "first">
);

/** The result as data for `JSON.stringify`. */
export function diffJson(result: DiffResult, options: Pick<DiffReportOptions, "old" | "new">): DiffJson {
  return { schema: DIFF_SCHEMA, ...result, first: result.first === null ? null : firstJson(result.first, options) };
}

function firstJson(first: FirstChange, { old, new: now }: Pick<DiffReportOptions, "old" | "new">): FirstJson {
  const { explanations } = first;
  if (explanations === null) return { ...first, explanations };
  const [before, after] = [
    explanationToJson(explanations.old, old.sources),
    explanationToJson(explanations.new, now.sources),
  ];
  return { ...first, explanations: { old: before, new: after } };
}
