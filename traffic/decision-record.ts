/**
 * Decisions as data: one JSON object a line, numbered as their requests. Written member by member, because a server writes one for every
 * request and `JSON.stringify` takes twice as long for what is mostly names that come again.
 */
import type { Decision, LimitReading } from "../engine/index.ts";

/** The line (without its newline) that reports decision number `n`, counted from 1. The order of members is fixed. */
export function decisionLine(n: number, decision: Decision): string {
  const { verdict, status, by, matched, shadow, reason, delay, retryAfter, scores, labels, overlays, limits } =
    decision;
  return `{"n":${n},"verdict":"${verdict}","status":${status},"by":${by === null ? "null" : quoted(by)},"matched":${list(matched)},"shadow":${list(shadow)},"reason":${quoted(reason)},"delay":${number(delay)},"retryAfter":${number(retryAfter)},"scores":${numbers(scores)},"labels":${list(labels)},"overlays":${list(overlays)},"limits":${readings(limits)}}`;
}

/** Texts whose JSON is remembered; past this the memory is emptied. They are names and reasons of a policy, so there are not many. */
const REMEMBERED_MAX = 4_096;
const remembered = new Map<string, string>();

function quoted(text: string): string {
  const known = remembered.get(text);
  if (known !== undefined) return known;
  if (remembered.size >= REMEMBERED_MAX) remembered.clear();
  const json = JSON.stringify(text);
  remembered.set(text, json);
  return json;
}

/** JSON has no infinity. */
function number(value: number): string {
  return Number.isFinite(value) ? `${value}` : "null";
}

function list(texts: readonly string[]): string {
  if (texts.length === 0) return "[]";
  let json = "";
  for (const text of texts) json += json === "" ? quoted(text) : `,${quoted(text)}`;
  return `[${json}]`;
}

function numbers(values: Readonly<Record<string, number>>): string {
  let json = "";
  for (const name of Object.keys(values)) {
    json += `${json === "" ? "" : ","}${quoted(name)}:${number(values[name] ?? 0)}`;
  }
  return `{${json}}`;
}

function readings(limits: readonly LimitReading[]): string {
  let json = "";
  for (const { name, remaining, resetAfter, sketched } of limits) {
    const least = sketched === true ? ',"sketched":true' : "";
    json += `${json === "" ? "" : ","}{"name":${quoted(name)},"remaining":${number(remaining)},"resetAfter":${number(resetAfter)}${least}}`;
  }
  return `[${json}]`;
}
