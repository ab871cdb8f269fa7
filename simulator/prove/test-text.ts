/** A trace as a `test` block in canonical format, in which the decisions that matter are expected as they came. */
import { format, quoted } from "../../dsl/index.ts";
import type { Decision, Request } from "../../engine/index.ts";
import { requestOf } from "../policy-test/fill.ts";
import { START_MICROS } from "./choices.ts";
import { hasCounter, type TraceEvent, type TraceRun } from "./run-trace.ts";
import { COUNTER, type TraceStep } from "./trace.ts";

/** How a test is written down. */
export interface TestTextOptions {
  readonly name: string;
  /** Lines before the test, without `//`. */
  readonly comments: readonly string[];
  /** Index of the event that refutes; what comes after it is left out. */
  readonly refuting: number;
}

/**
 * The test. Times are whole milliseconds in it, as they are in traces.
 *
 * @throws If the text does not parse, which is a fault of this module.
 */
export function testText({ trace, events }: TraceRun, { name, comments, refuting }: TestTextOptions): string {
  const clock = trace.clockMicros === START_MICROS ? [] : [`  clock ${timeText(trace.clockMicros)}`];
  const lines = linesOf(trace.steps, events, refuting, trace.clockMicros);
  const text = [
    ...comments.map((comment) => `// ${comment}`),
    `test ${quoted(name)} {`,
    ...clock,
    ...lines,
    "}",
    "",
  ].join("\n");
  const formatted = format(text);
  if (formatted.text === null) throw new Error(`not a test: ${formatted.diagnostics[0]?.message ?? ""}\n${text}`);
  return formatted.text;
}

function linesOf(
  steps: readonly TraceStep[],
  events: readonly TraceEvent[],
  refuting: number,
  clock: number,
): readonly string[] {
  const last = events[refuting];
  if (last === undefined) return [];
  return steps.slice(0, last.step + 1).flatMap((step, index) => {
    const [first] = events.filter((event) => event.step === index);
    if (first === undefined) return [];
    if (index < last.step) return [lineOf(step, step.times, first.atMicros - clock, step.request, null)];
    const before = last.repetition - 1;
    const request = requestOf(asTestStep(step), last.repetition);
    const head = before === 0 ? [] : [lineOf(step, before, first.atMicros - clock, step.request, null)];
    return [...head, lineOf({ ...step, respond: null }, 1, last.atMicros - clock, request, last.explanation.decision)];
  });
}

function asTestStep({ request, times, everyMicros }: TraceStep): Parameters<typeof requestOf>[0] {
  const as = hasCounter(request) ? COUNTER : null;
  const rest = { atMicros: 0, pass: null, respond: null, expect: null, span: { file: 0, start: 0, end: 0 } };
  return { kind: "request", request, repeat: { times, everyMicros, as }, ...rest };
}

function lineOf(step: TraceStep, times: number, at: number, sent: Request, expected: Decision | null): string {
  const counts = times > 1 && hasCounter(sent) ? ` as ${COUNTER}` : "";
  const request = times === 1 && expected === null ? requestOf(asTestStep(step), 1) : sent;
  const repeat = times === 1 ? [] : [`repeat ${times} every ${durationText(step.everyMicros)}${counts}`];
  return [
    "  at",
    durationText(at),
    ...repeat,
    ...requestWords(request),
    ...answerWords(step),
    ...expectWords(expected),
  ].join(" ");
}

function requestWords(request: Request): readonly string[] {
  const { method, path, ip, asn, country, ja4, client, evidence, scopes, claims, passes, headers, body } = request;
  const words = [method, quoted(path), "from", ip];
  if (asn !== null) words.push("asn", String(asn));
  if (country !== null) words.push("country", quoted(country));
  if (ja4 !== null) words.push("ja4", quoted(ja4));
  if (client !== null) words.push("as client", quoted(client));
  if (evidence !== null) words.push("with evidence", evidence);
  if (scopes !== null) words.push(`scopes [${scopes.map(quoted).join(", ")}]`);
  if (claims !== null && Object.keys(claims).length > 0) words.push("claims", jsonText(claims));
  for (const pass of passes) words.push("with pass", pass);
  for (const [name, value] of Object.entries(headers)) words.push("header", quoted(name), quoted(value));
  if (body !== undefined) words.push("body", jsonText(body));
  return words;
}

function answerWords({ respond }: TraceStep): readonly string[] {
  if (respond === null) return [];
  return [
    "respond",
    String(respond.status),
    ...(respond.afterMicros === 0 ? [] : ["after", durationText(respond.afterMicros)]),
  ];
}

function expectWords(decision: Decision | null): readonly string[] {
  if (decision === null) return [];
  return ["expect", decision.verdict, ...(decision.by === null ? [] : ["by", decision.by])];
}

/** JSON as tests write it. */
function jsonText(value: unknown): string {
  if (typeof value === "string") return quoted(value);
  if (typeof value === "number") return numberText(value);
  if (Array.isArray(value)) return `[${value.map(jsonText).join(", ")}]`;
  if (typeof value !== "object" || value === null) return String(value);
  return `{ ${Object.entries(value)
    .map(([name, member]) => `${quoted(name)}: ${jsonText(member)}`)
    .join(", ")} }`;
}

/** Numerals have no exponent. */
function numberText(value: number): string {
  return Number.isInteger(value) ? String(BigInt(value)) : value.toFixed(12).replace(/0+$/, "");
}

const UNITS: readonly (readonly [unit: string, micros: number])[] = [
  ["h", 3_600_000_000],
  ["m", 60_000_000],
  ["s", 1_000_000],
  ["ms", 1_000],
];

/** A duration in its largest whole unit. */
function durationText(micros: number): string {
  if (micros === 0) return "0s";
  const [unit, size] = UNITS.find(([, each]) => micros % each === 0) ?? ["ms", 1_000];
  return `${micros / size}${unit}`;
}

function timeText(micros: number): string {
  return new Date(micros / 1_000).toISOString().replace(/\.000Z$/, "Z");
}
