/** Rollout entries that say less than they seem to, or that have ended. */
import type { AttributeName, Limit, Rule } from "../../engine/index.ts";
import type { AstRolloutEntry } from "../ast.ts";
import { LINTS } from "../codes/lints.ts";
import { attributeNamed } from "../check/attributes.ts";
import { fixAt, type LintInput } from "./input.ts";

type Input = Pick<LintInput, "policy" | "declarations" | "sources" | "nowMicros" | "report">;

/** Warns at canaries of nobody and of everybody, and at entries whose `until` has passed. */
export function lintRollouts(input: Input): void {
  const { policy, declarations } = input;
  const named = new Map<string, Rule | Limit>([...policy.limits, ...policy.rules].map((one) => [one.name, one]));
  for (const entry of declarations.rollouts.flatMap(({ entries }) => entries)) {
    const one = named.get(entry.name.text);
    if (one === undefined) continue;
    lintEnd(entry, one, input);
    if (one.rollout.mode === "canary") lintShare(entry, one.rollout.percent, one, input);
  }
}

function lintEnd(
  entry: AstRolloutEntry,
  { rollout: { untilMicros } }: Rule | Limit,
  { nowMicros, report }: Input,
): void {
  if (nowMicros === null || untilMicros === null || nowMicros < untilMicros) return;
  const { name, until } = entry;
  report.warning(LINTS.endedRollout, entry.span, `\`${name.text}\` is in shadow since ${until?.raw ?? "its end"}`, {
    help: "set it to `on`, prolong it, or take it out",
  });
}

function lintShare(
  entry: AstRolloutEntry,
  percent: number,
  { rollout }: Rule | Limit,
  { sources, report }: Input,
): void {
  const { name, mode, key } = entry;
  if (percent !== 0 && percent !== 100) return;
  if (rollout.mode !== "canary" || key === null) return;
  const span = { ...mode.span, end: key.span.end };
  if (percent === 0) {
    const fix = rollout.replaces === null ? fixAt(span, "shadow", sources) : {};
    report.warning(LINTS.canaryNobody, span, `\`${name.text}\` takes effect for nobody`, {
      help: `write \`${name.text} shadow\`, or a share above 0%`,
      ...fix,
    });
    return;
  }
  const all = rollout.key.options.some((option) => option.kind === "attribute" && isAlwaysThere(option.name));
  report.warning(LINTS.canaryEverybody, span, `\`${name.text}\` takes effect for everybody`, {
    help: `write \`${name.text} on\`, or a share below 100%`,
    ...(all && rollout.replaces === null ? fixAt(span, "on", sources) : {}),
  });
}

function isAlwaysThere(name: AttributeName): boolean {
  return attributeNamed(name)?.missing === "never";
}
