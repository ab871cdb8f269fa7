/** Two explanations of one request, cut to what differs: most declarations come to the same under both policies. */
import type { Explanation } from "../../engine/index.ts";
import { withoutSpans } from "./without-spans.ts";

interface Named {
  readonly name: string;
}

/** The explanations without what came to the same in both, and without rules and limits that are not for the request's route. */
export function differingParts(
  old: Explanation,
  now: Explanation,
): { readonly old: Explanation; readonly new: Explanation } {
  const [before, after] = [comesTo(old), comesTo(now)];
  return { old: without(old, after), new: without(now, before) };
}

/** What each declaration came to, as texts, wherever it stands. */
function comesTo({ rules, limits, scores, signals }: Explanation): ReadonlySet<string> {
  return new Set([...rules, ...limits, ...scores, ...signals].map(withoutSpans));
}

function without(explanation: Explanation, alike: ReadonlySet<string>): Explanation {
  const differs = (part: Named): boolean => !alike.has(withoutSpans(part));
  return {
    ...explanation,
    rules: explanation.rules.filter((rule) => (rule.onRoute || rule.banMicros > 0) && differs(rule)),
    limits: explanation.limits.filter((limit) => limit.onRoute && differs(limit)),
    scores: explanation.scores.filter(differs),
    signals: explanation.signals.filter(differs),
  };
}
