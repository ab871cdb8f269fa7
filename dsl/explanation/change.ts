/** The smallest change that turns a decision, as text. */
import type { Change, ChangeSearch, ScalarType } from "../../engine/index.ts";
import { decisionText } from "./render.ts";
import { formatMicros, formatTime, formatValue } from "./values.ts";

/** Further changes that are shown. */
const MOST_SHOWN = 4;

/** What was found, or what was looked at in vain. */
export function renderChanges({ changes, looked, complete }: ChangeSearch, nowMicros: number): string {
  const [smallest, ...others] = changes;
  const cut = complete ? "" : "; the search was cut short, there may be others";
  if (smallest === undefined) {
    const tried = looked.filter(({ values }) => values > 0).map(({ attribute, values }) => `${attribute} (${values})`);
    return `  none: no other value of one attribute does it${cut}\n  looked at ${tried.join(", ") || "nothing that can change"}\n`;
  }
  const also = others.slice(0, MOST_SHOWN).map((each) => `  or ${changeText(each, nowMicros)}\n`);
  const more = others.length > MOST_SHOWN ? `  and one of ${others.length - MOST_SHOWN} other attributes\n` : "";
  return `  ${changeText(smallest, nowMicros)}${cut}\n${also.join("")}${more}`;
}

function changeText({ attribute, type, from, to, decision, nowMicros }: Change, now: number): string {
  const then = decisionText(decision);
  if (attribute === "now") return `wait ${formatMicros(nowMicros - now)}, until ${formatTime(nowMicros)}: ${then}`;
  if (attribute.startsWith("pass ")) return `hold a ${attribute.slice("pass ".length)} pass: ${then}`;
  return `${attribute} ${spell(to, type)} instead of ${spell(from, type)}: ${then}`;
}

function spell(value: Change["from"], scalar: ScalarType): string {
  return value === null ? "nothing" : formatValue(value, { scalar, set: Array.isArray(value) });
}
