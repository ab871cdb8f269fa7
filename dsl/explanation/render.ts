/** An explanation as text for people: the decision, what decided it, and every declaration with its numbers and lines. */
import type {
  Contender,
  Decision,
  ExplainedLimit,
  ExplainedRule,
  ExplainedScore,
  ExplainedSignal,
  Explanation,
  KeyPart,
} from "../../engine/index.ts";
import type { SourceFile } from "../source.ts";
import { withoutControl } from "../text-width.ts";
import { conditionRows, type Row } from "./conditions.ts";
import { placeOf } from "./excerpts.ts";
import { layOut } from "./lay-out.ts";
import { formatMicros, formatValue } from "./values.ts";

/** Renders a whole explanation. */
export function renderExplanation(explanation: Explanation, sources: readonly SourceFile[]): string {
  const sections = [
    section("what asked for a verdict", contenderRows(explanation, sources)),
    section(
      "rules",
      explanation.rules.flatMap((rule) => ruleRows(rule, sources)),
    ),
    section(
      "limits",
      explanation.limits.flatMap((limit) => limitRows(limit, explanation, sources)),
    ),
    section(
      "scores",
      explanation.scores.flatMap((score) => scoreRows(score, sources)),
    ),
    section(
      "signals",
      explanation.signals.flatMap((signal) => signalRows(signal, sources)),
    ),
  ];
  return [headline(explanation), ...sections.filter((text) => text !== "")].join("\n");
}

/** `block 403 by stuffing: too many sign-ins fail; retry after 15m`, without what does not apply. */
export function decisionText({ verdict, status, by, reason, delay, retryAfter }: Decision): string {
  const parts = [`${verdict} ${status}`];
  if (by !== null) parts.push(` by ${by}`);
  if (reason !== "" && reason !== by) parts.push(`: ${withoutControl(reason)}`);
  if (delay > 0) parts.push(`; delayed ${formatMicros(Math.round(delay * 1e6))}`);
  if (retryAfter > 0) parts.push(`; retry after ${formatMicros(Math.round(retryAfter * 1e6))}`);
  return parts.join("");
}

/** What a rule came to, and its conditions. */
export function ruleRows(rule: ExplainedRule, sources: readonly SourceFile[]): readonly Row[] {
  const title = { text: `${rule.name}: ${ruleState(rule)}`, place: placeOf(rule.span, sources) };
  return [title, ...indented(rule.when === null ? [] : conditionRows(rule.when, sources))];
}

/** What a limit came to, and its condition. */
export function limitRows(
  limit: ExplainedLimit,
  explanation: Explanation,
  sources: readonly SourceFile[],
): readonly Row[] {
  const title = { text: `${limit.name}: ${limitState(limit, explanation)}`, place: placeOf(limit.span, sources) };
  return [title, ...indented(limit.when === null ? [] : conditionRows(limit.when, sources))];
}

function section(title: string, rows: readonly Row[]): string {
  return rows.length === 0 ? "" : `${title}\n${layOut(rows)}`;
}

function headline({ decision, route, client, endedBefore }: Explanation): string {
  const where = route === null ? "no route" : `route ${route}`;
  const who = client === null ? "no client" : `client ${client}`;
  const ended = endedBefore === null ? "" : "it ended before the rules were asked\n";
  return `${decisionText(decision)}\n${where}, ${who}\n${ended}`;
}

function contenderRows({ contenders, rules, limits }: Explanation, sources: readonly SourceFile[]): readonly Row[] {
  return contenders.map((contender, index) => {
    const declared = [...rules, ...limits].find(({ name }) => name === contender.name);
    const place = declared === undefined ? "" : placeOf(declared.span, sources);
    return { text: `${index + 1}  ${contenderText(contender)}${index === 0 ? ", which decided" : ""}`, place };
  });
}

function contenderText({ kind, name, verdict, micros }: Contender): string {
  const who = { rule: `rule ${name}`, ban: `ban by rule ${name}`, limit: `limit ${name}`, default: "default block" }[
    kind
  ];
  const time =
    micros === 0 ? "" : verdict === "slow" ? ` for ${formatMicros(micros)}` : `, retry after ${formatMicros(micros)}`;
  return `${who}: ${verdict}${time}`;
}

function ruleState({ mode, onRoute, matches, exemptBy, added, banMicros }: ExplainedRule): string {
  const ban = banMicros > 0 ? `; its ban lives ${formatMicros(banMicros)} more` : "";
  if (mode === "off") return "off";
  if (!onRoute) return `not for this route${ban}`;
  if (!matches) return `does not match${ban}`;
  if (exemptBy.length > 0) return `matches, exempted by ${exemptBy.join(", ")}`;
  if (mode === "shadow") return `matches in shadow, without effect${ban}`;
  return `matches${added === null ? "" : `, ${added}`}${ban}`;
}

function limitState(limit: ExplainedLimit, explanation: Explanation): string {
  const key = limit.key === null || limit.key.length === 0 ? "" : ` for ${keyText(limit.key)}`;
  const used = `${Number(limit.used.toFixed(1))}% used before`;
  if (!limit.asked) return `not asked, ${whyNotAsked(limit, explanation)}${key === "" ? "" : `; ${used}${key}`}`;
  const shadow = limit.mode === "shadow" ? "in shadow " : "";
  const cost = limit.cost === 1 ? "" : ` of ${limit.cost}`;
  if (!limit.admits)
    return `${shadow}refuses${cost}${key}, it would admit in ${formatMicros(limit.waitMicros)}; ${used}`;
  const late = limit.waitMicros > 0 ? ` after ${formatMicros(limit.waitMicros)}` : "";
  return `${shadow}admits${cost}${late}${key}; ${limit.remaining} left, ${used}`;
}

function whyNotAsked({ mode, onRoute, exemptBy, when, key }: ExplainedLimit, { decision }: Explanation): string {
  if (mode === "off") return "it is off";
  if (!onRoute) return "not for this route";
  if (exemptBy.length > 0) return `exempted by ${exemptBy.join(", ")}`;
  if (when !== null && when.value !== true) return "its condition does not hold";
  if (key === null) return "the request has no key for it";
  return `the request was refused before (${decision.verdict})`;
}

function scoreRows({ name, value, span, terms }: ExplainedScore, sources: readonly SourceFile[]): readonly Row[] {
  const rows = terms.flatMap(({ points, when }) => {
    const [first, ...rest] = conditionRows(when, sources);
    const sign = `${points < 0 ? "" : "+"}${points}`.padEnd(5);
    return first === undefined ? [] : [{ ...first, text: `${sign} ${first.text}` }, ...indented(rest, "      ")];
  });
  return [{ text: `${name} = ${value}`, place: placeOf(span, sources) }, ...indented(rows)];
}

function signalRows(signal: ExplainedSignal, sources: readonly SourceFile[]): readonly Row[] {
  const { name, value, type, key, recorded, span, conditions, youth } = signal;
  const whose = key === null ? ", the request has no key for it" : key.length === 0 ? "" : ` for ${keyText(key)}`;
  const text = `${name} = ${formatValue(value, type)}${whose}${youthText(youth)}${recorded ? "; this request counts" : ""}`;
  const rows = [conditions.where, conditions.hit].flatMap((each) =>
    each === null ? [] : conditionRows(each, sources),
  );
  return [{ text, place: placeOf(span, sources) }, ...indented(rows)];
}

/** Why nothing is novel to a key. */
function youthText(youth: ExplainedSignal["youth"]): string {
  if (youth === null) return "";
  const { knownMicros, neededMicros } = youth;
  const known = knownMicros === null ? "not known yet" : `known for ${formatMicros(knownMicros)}`;
  return `, ${known}, needs ${formatMicros(neededMicros)}`;
}

function keyText(parts: readonly KeyPart[]): string {
  return parts.map(({ value }) => withoutControl(String(value)).slice(0, 80)).join(", ");
}

function indented(rows: readonly Row[], by = "     "): readonly Row[] {
  return rows.map(({ text, place }) => ({ text: by + text, place }));
}
