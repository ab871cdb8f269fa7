/**
 * What explanations print. A source is a policy under a header, and requests one a line; the last of them is explained, a second after
 * the one before.
 */
import { loadPolicyText, renderChanges, renderExplanation } from "../../../dsl/index.ts";
import { createExplainer, smallestChange } from "../../../engine/index.ts";
import { CLOCK_START_MICROS, isRecordError, parseRequestLine } from "../../../traffic/index.ts";
import { runGoldens } from "../../helpers/goldens.ts";

runGoldens("explain", (source) => {
  const lines = source.split("\n");
  const text = lines.filter((line) => !line.startsWith('{"')).join("\n");
  const requests = lines.filter((line) => line.startsWith('{"')).map((line) => parseRequestLine(line));
  const { policy, sources, diagnostics } = loadPolicyText(`policy "t" { default allow }\n${text}`);
  if (policy === null) return diagnostics.map(({ code, message }) => `${code} ${message}`).join("\n");
  const engine = createExplainer(policy);
  const last = requests.pop();
  if (last === undefined || isRecordError(last)) return "there is no request";
  for (const [index, record] of requests.entries())
    if (!isRecordError(record)) engine.decide(record.request, CLOCK_START_MICROS + index * 1e6);
  const now = CLOCK_START_MICROS + requests.length * 1e6;
  const { explanation } = engine.fork().explain(last.request, now);
  const { verdict } = explanation.decision;
  const passes = verdict === "allow" || verdict === "slow";
  const search = smallestChange(
    engine,
    last.request,
    now,
    (each) => (each.verdict === "allow" || each.verdict === "slow") !== passes,
  );
  return `${renderExplanation(explanation, sources)}\nsmallest change\n${renderChanges(search, now)}`;
});
