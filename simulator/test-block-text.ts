/** Requests on a clock, and what is expected of some of them, as a `test` block in canonical format. */
import { format, quoted, type TestAnswer } from "../dsl/index.ts";
import type { Request, RequestCredential, Verdict } from "../engine/index.ts";
import { START_MICROS } from "./clock.ts";
import { visible } from "./report/words.ts";

/** One step. Times are whole milliseconds, in microseconds. */
export interface BlockStep {
  /** From the start of the test. */
  readonly atMicros: number;
  readonly repeat: { readonly times: number; readonly everyMicros: number; readonly as: string | null } | null;
  /** With nothing in it that a test cannot say ({@link asTestRequest}). */
  readonly request: Request;
  /** What the service answers if the request is let through. */
  readonly respond: TestAnswer | null;
  readonly expect: { readonly verdict: Verdict; readonly by: string | null } | null;
}

/** A whole block. */
export interface TestBlock {
  readonly name: string;
  /** Lines before it, without `//`. */
  readonly comments: readonly string[];
  /** When it begins, microseconds since the Unix epoch. Default: when tests begin that do not say. */
  readonly clockMicros?: number;
  readonly steps: readonly BlockStep[];
}

/**
 * The block's text, which ends with a line end.
 *
 * @throws If it does not parse, which is a fault of who made the block: a time of less than a millisecond, say.
 */
export function testBlockText({ name, comments, clockMicros = START_MICROS, steps }: TestBlock): string {
  const clock = clockMicros === START_MICROS ? [] : [`  clock ${timeText(clockMicros)}`];
  const head = comments.map((comment) => `// ${oneLine(comment)}`.trimEnd());
  const text = [...head, `test ${quoted(name)} {`, ...clock, ...steps.map(stepText), "}", ""].join("\n");
  const formatted = format(text);
  if (formatted.text === null) throw new Error(`not a test: ${formatted.diagnostics[0]?.message ?? ""}\n${text}`);
  return formatted.text;
}

function stepText({ atMicros, repeat, request, respond, expect }: BlockStep): string {
  const words = ["  at", durationText(atMicros)];
  if (repeat !== null) words.push("repeat", `${repeat.times}`, "every", durationText(repeat.everyMicros));
  if (repeat?.as != null) words.push("as", repeat.as);
  words.push(...requestWords(request));
  if (respond !== null) words.push(...answerWords(respond));
  if (expect !== null) words.push("expect", expect.verdict);
  if (expect?.by != null) words.push("by", expect.by);
  return words.join(" ");
}

function answerWords({
  status,
  size = 0,
  latencyMicros = 0,
  headers = {},
  afterMicros,
}: TestAnswer): readonly string[] {
  const words = ["respond", `${status}`];
  if (size > 0) words.push("size", `${size}B`);
  if (latencyMicros > 0) words.push("latency", durationText(latencyMicros));
  for (const [name, value] of Object.entries(headers)) words.push("with header", quoted(name), quoted(value));
  if (afterMicros > 0) words.push("after", durationText(afterMicros));
  return words;
}

function credentialWords({ id, issued, expires }: RequestCredential): readonly string[] {
  const words = ["with credential"];
  if (id !== null) words.push(quoted(id));
  if (issued !== null) words.push("issued", timeText(issued));
  if (expires !== null) words.push("expires", timeText(expires));
  return words;
}

function requestWords(request: Request): readonly string[] {
  const { method, path, ip, asn, country, ja4, client, evidence, scopes, claims, passes, headers, body, size } =
    request;
  const words = [method, quoted(path), "from", ip];
  if (asn !== null) words.push("asn", `${asn}`);
  if (country !== null) words.push("country", quoted(country));
  if (ja4 !== null) words.push("ja4", quoted(ja4));
  if (client !== null) words.push("as client", quoted(client));
  if (evidence !== null) words.push("with evidence", evidence);
  if (scopes !== null) words.push(`scopes [${scopes.map(quoted).join(", ")}]`);
  if (claims !== null && Object.keys(claims).length > 0) words.push("claims", jsonText(claims));
  for (const pass of passes) words.push("with pass", pass);
  if (request.credential !== null) words.push(...credentialWords(request.credential));
  if (request.identityError !== null) words.push("refused", request.identityError);
  for (const [name, value] of Object.entries(headers)) words.push("header", quoted(name), quoted(value));
  if (body !== undefined) words.push("body", jsonText(body));
  if (size > (body === undefined ? 0 : Buffer.byteLength(JSON.stringify(body)))) words.push("size", `${size}B`);
  return words;
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

function oneLine(text: string): string {
  return visible(text.replace(/[\r\n]+/g, " "));
}
