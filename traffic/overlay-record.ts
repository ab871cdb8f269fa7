/**
 * Overlays as data: an array of JSON objects, or one object a line (NDJSON). Strict as requests are: an unknown member, a missing
 * one or a value of another type is an error that names it and the overlay's place.
 */
import type { Overlay, OverlayEffect, OverlaySubject, Policy } from "../engine/index.ts";
import { canonicalNetwork, LEAST_FACTOR, MAX_OVERLAYS, MOST_FACTOR } from "../engine/index.ts";
import * as read from "./fields.ts";
import { networkProblem } from "./network-text.ts";
import { closestName } from "./suggest.ts";

/**
 * Why a text is no list of overlays: one sentence, where (`line 3`, `overlay 2`; empty for the text as a whole), and the member that it is
 * about (empty for the overlay as a whole).
 */
export interface OverlayError {
  readonly error: string;
  readonly place: string;
  readonly field: string;
}

const MODES = ["off", "shadow", "on"] as const;
const COMMON = ["id", "author", "reason", "ends"];

/** An overlay's members, and how they are read. */
type Members = Readonly<Record<string, unknown>>;
type EffectReader = (members: Members) => OverlayEffect;

/** What an overlay does, by the member that says so, with the other members that go with it. */
const EFFECTS: ReadonlyMap<string, { readonly beside: readonly string[]; readonly read: EffectReader }> = new Map([
  ["kill", { beside: [], read: ({ kill }: Members) => ({ kind: "kill", subject: readSubject(kill, "kill") }) }],
  [
    "quarantine",
    { beside: [], read: ({ quarantine }) => ({ kind: "quarantine", subject: readSubject(quarantine, "quarantine") }) },
  ],
  [
    "spare",
    {
      beside: ["from"],
      read: (members) => ({
        kind: "spare",
        subject: readSubject(members["spare"], "spare"),
        name: required(members, "from"),
      }),
    },
  ],
  [
    "mode",
    {
      beside: ["of"],
      read: (members) => ({
        kind: "mode",
        name: required(members, "of"),
        mode: read.oneOf(MODES)(members["mode"], "mode"),
      }),
    },
  ],
  [
    "factor",
    {
      beside: ["of"],
      read: (members) => ({ kind: "factor", name: required(members, "of"), factor: readFactor(members["factor"]) }),
    },
  ],
] satisfies readonly (readonly [string, { beside: readonly string[]; read: EffectReader }])[]);

/** Reads overlays from a text. Never throws. */
export function parseOverlays(text: string): readonly Overlay[] | OverlayError {
  const values = text.trimStart().startsWith("[") ? fromArray(text) : fromLines(text);
  if (!Array.isArray(values)) return values as OverlayError;
  if (values.length > MAX_OVERLAYS)
    return { error: `there are more than ${MAX_OVERLAYS} overlays`, place: "", field: "" };
  return readAll(values as readonly Placed[]);
}

/** Reads one overlay that is JSON already. Never throws. */
export function parseOverlay(value: unknown): Overlay | OverlayError {
  const overlays = readAll([{ value, place: "" }]);
  if (isOverlayError(overlays)) return overlays;
  return overlays[0] ?? { error: "there is no overlay", place: "", field: "" };
}

/** An overlay as the JSON that it is read from. */
export function overlayValue(overlay: Overlay): Readonly<Record<string, unknown>> {
  const { id, author, reason, endsMicros } = overlay;
  return { id, author, reason, ends: new Date(endsMicros / 1_000).toISOString(), ...effectValue(overlay) };
}

function effectValue(overlay: Overlay): Readonly<Record<string, unknown>> {
  switch (overlay.kind) {
    case "kill":
      return { kill: overlay.subject };
    case "quarantine":
      return { quarantine: overlay.subject };
    case "spare":
      return { spare: overlay.subject, from: overlay.name };
    case "mode":
      return { mode: overlay.mode, of: overlay.name };
    case "factor":
      return { factor: overlay.factor, of: overlay.name };
  }
}

export function isOverlayError(overlays: Overlay | readonly Overlay[] | OverlayError): overlays is OverlayError {
  return "error" in overlays;
}

/** A JSON value and where it stands. */
interface Placed {
  readonly value: unknown;
  readonly place: string;
}

function fromArray(text: string): readonly Placed[] | OverlayError {
  const parsed = parseJson(text);
  if ("error" in parsed) return { error: parsed.error, place: "", field: "" };
  return (parsed.value as readonly unknown[]).map((value, index) => ({ value, place: `overlay ${index + 1}` }));
}

/** Blank lines are none and no fault. */
function fromLines(text: string): readonly Placed[] | OverlayError {
  const values: Placed[] = [];
  for (const [index, line] of text.split("\n").entries()) {
    if (line.trim() === "") continue;
    const place = `line ${index + 1}`;
    const parsed = parseJson(line);
    if ("error" in parsed) return { error: parsed.error, place, field: "" };
    values.push({ value: parsed.value, place });
  }
  return values;
}

function parseJson(text: string): { readonly value: unknown } | { readonly error: string } {
  try {
    return { value: read.parseStrictly(text) };
  } catch (problem) {
    if (problem instanceof read.FieldProblem) return { error: problem.message };
    throw problem;
  }
}

function readAll(values: readonly Placed[]): readonly Overlay[] | OverlayError {
  const overlays: Overlay[] = [];
  const places = new Map<string, string>();
  for (const { value, place } of values) {
    try {
      const overlay = readOverlay(value);
      const other = places.get(overlay.id);
      if (other !== undefined) {
        return { error: `\`id\` ${read.quote(overlay.id)} is also that of ${other}`, place, field: "id" };
      }
      places.set(overlay.id, place);
      overlays.push(overlay);
    } catch (problem) {
      if (!(problem instanceof read.FieldProblem)) throw problem;
      return { error: problem.message, place, field: problem.field };
    }
  }
  return overlays;
}

function readOverlay(value: unknown): Overlay {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    throw new read.FieldProblem("", `an overlay is a JSON object, but this is ${read.jsonType(value)}`);
  }
  const members = value as Members;
  const effect = readEffect(members);
  return {
    ...effect,
    id: required(members, "id"),
    author: required(members, "author"),
    reason: required(members, "reason"),
    endsMicros: read.time(present(members, "ends"), "ends"),
  };
}

function readEffect(members: Members): OverlayEffect {
  const named = [...EFFECTS.keys()].filter((name) => Object.hasOwn(members, name));
  const [name = ""] = named;
  const effect = EFFECTS.get(name);
  const known = [...COMMON, ...(effect === undefined ? EFFECTS.keys() : [name, ...effect.beside])];
  for (const member of Object.keys(members)) {
    if (!known.includes(member) && !named.includes(member)) throw read.unknownMember(member, member, known);
  }
  if (effect !== undefined && named.length === 1) return effect.read(members);
  const found = named.length === 0 ? "has none" : `has ${named.map((each) => `\`${each}\``).join(" and ")}`;
  throw new read.FieldProblem("", `an overlay has one of ${[...EFFECTS.keys()].join(", ")}, but this one ${found}`);
}

function present(members: Members, name: string): unknown {
  if (Object.hasOwn(members, name)) return members[name];
  throw new read.FieldProblem(name, `\`${name}\` is missing`);
}

/** A text that says something. */
function required(members: Members, name: string): string {
  const text = read.text(present(members, name), name);
  if (text.trim() !== "") return text;
  throw new read.FieldProblem(name, `\`${name}\` must not be empty`);
}

function readFactor(value: unknown): number {
  if (typeof value === "number" && value >= LEAST_FACTOR && value <= MOST_FACTOR) return value;
  const found = typeof value === "number" ? String(value) : read.jsonType(value);
  throw new read.FieldProblem(
    "factor",
    `\`factor\` must be a number from ${LEAST_FACTOR} to ${MOST_FACTOR}, but is ${found}`,
  );
}

const SUBJECTS = ["client", "label", "issuer", "key", "network"];

/** Whom an overlay concerns: an object with one of {@link SUBJECTS}, and `value` beside a `label`. */
function readSubject(value: unknown, field: string): OverlaySubject {
  const members = read.checkedObject(value, field, [...SUBJECTS, "value"]);
  const named = SUBJECTS.filter((name) => Object.hasOwn(members, name));
  const [name = ""] = named;
  if (named.length !== 1 || Object.hasOwn(members, "value") !== (name === "label")) {
    const wanted = "one of client, issuer, key, network, or a label with its value";
    throw new read.FieldProblem(field, `\`${field}\` must have ${wanted}`);
  }
  const text = read.text(members[name], `${field}.${name}`);
  switch (name) {
    case "client":
      return { client: text };
    case "label":
      return { label: text, value: read.text(members["value"], `${field}.value`) };
    case "issuer":
      return { issuer: text };
    case "key":
      return { key: text };
    default:
      return { network: readNetwork(text, `${field}.network`) };
  }
}

function readNetwork(text: string, field: string): string {
  const problem = networkProblem(text);
  if (problem !== null) throw new read.FieldProblem(field, `\`${field}\` ${problem}`);
  return canonicalNetwork(text) ?? text;
}

/** What an overlay names in vain, in words; null where it names nothing or what is there. */
export function vainName(overlay: Overlay, { rules, limits, clients }: Policy): string | null {
  if ("subject" in overlay && "client" in overlay.subject) {
    const ids = clients.map(({ id }) => id);
    const missing = missingFrom(ids, overlay.subject.client, "client");
    if (missing !== null) return missing;
  }
  if (!("name" in overlay)) return null;
  const limitNames = limits.map(({ name }) => name);
  if (overlay.kind === "factor") return missingFrom(limitNames, overlay.name, "limit");
  return missingFrom([...rules.map(({ name }) => name), ...limitNames], overlay.name, "rule or limit");
}

function missingFrom(names: readonly string[], name: string, kind: string): string | null {
  if (names.includes(name)) return null;
  const close = closestName(name, names);
  return `the policy has no ${kind} \`${name}\`${close === null ? "" : `; did you mean \`${close}\`?`}`;
}
