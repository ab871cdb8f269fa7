/**
 * Decisions as data: one JSON object a line, numbered as their requests. Written member by member, because a server writes one for every
 * request and `JSON.stringify` takes twice as long for what is mostly names that come again.
 */
import type { Decision, LimitReading } from "../engine/index.ts";

/**
 * The line (without its newline) that reports decision number `n`, counted from 1. The order of members is fixed.
 *
 * @param before - JSON of members that come first, each with its comma.
 */
export function decisionLine(n: number, decision: Decision, before = ""): string {
  const { by, matched, reason, delay, retryAfter, scores, limits } = decision;
  const key = by ?? matched[0] ?? reason;
  const known = worded.get(key);
  const { verdict, notes } = known !== undefined && isWorded(known, decision) ? known : word(key, decision);
  const times = delay === 0 && retryAfter === 0 ? NO_TIMES : timesOf(delay, retryAfter);
  return `{${before}"n":${n},${verdict}${times}${numbers(scores)}${notes}${readings(limits)}]}`;
}

const NO_TIMES = '"delay":0,"retryAfter":0,"scores":{';

function timesOf(delay: number, retryAfter: number): string {
  return `"delay":${number(delay)},"retryAfter":${number(retryAfter)},"scores":{`;
}

/** What a line says in words, and those words. */
interface Worded {
  readonly decision: Decision;
  /** The members from `verdict` to `reason`. */
  readonly verdict: string;
  /** From the end of `scores` to the beginning of `limits`. */
  readonly notes: string;
}

/** Words are remembered by who decided or what matched first; past this the memory is emptied. They come of a policy, so there are not many. */
const REMEMBERED_MAX = 4_096;
const worded = new Map<string, Worded>();

function isWorded({ decision: before }: Worded, decision: Decision): boolean {
  return (
    before.verdict === decision.verdict &&
    before.status === decision.status &&
    before.by === decision.by &&
    before.reason === decision.reason &&
    isSame(before.matched, decision.matched) &&
    isSame(before.shadow, decision.shadow) &&
    isSame(before.labels, decision.labels) &&
    isSame(before.overlays, decision.overlays)
  );
}

function isSame(before: readonly string[], texts: readonly string[]): boolean {
  if (before.length !== texts.length) return false;
  for (let index = 0; index < texts.length; index++) if (before[index] !== texts[index]) return false;
  return true;
}

function word(key: string, decision: Decision): Worded {
  const { verdict, status, by, matched, shadow, reason, labels, overlays } = decision;
  const words = {
    decision,
    verdict: `${JSON.stringify({ verdict, status, by, matched, shadow, reason }).slice(1, -1)},`,
    notes: `},"labels":${JSON.stringify(labels)},"overlays":${JSON.stringify(overlays)},"limits":[`,
  };
  if (worded.size >= REMEMBERED_MAX) worded.clear();
  worded.set(key, words);
  return words;
}

/** Names before what is counted by them, up to the colon. */
const named = new Map<string, string>();

function nameOf(name: string): string {
  const known = named.get(name);
  if (known !== undefined) return known;
  if (named.size >= REMEMBERED_MAX) named.clear();
  const json = JSON.stringify(name);
  named.set(name, json);
  return json;
}

/** JSON has no infinity. */
function number(value: number): string {
  return Number.isFinite(value) ? `${value}` : "null";
}

function numbers(values: Readonly<Record<string, number>>): string {
  let json = "";
  for (const name of Object.keys(values)) {
    json += `${json === "" ? "" : ","}${nameOf(name)}:${number(values[name] ?? 0)}`;
  }
  return json;
}

function readings(limits: readonly LimitReading[]): string {
  let json = "";
  for (const { name, remaining, resetAfter, sketched } of limits) {
    const least = sketched === true ? ',"sketched":true' : "";
    json += `${json === "" ? "" : ","}{"name":${nameOf(name)},"remaining":${number(remaining)},"resetAfter":${number(resetAfter)}${least}}`;
  }
  return json;
}
