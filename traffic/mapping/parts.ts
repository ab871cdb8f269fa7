/** The parts of a request and of its answer that a mapping may tell, and how the values of each are read. */
import { CHALLENGES, EVIDENCE, type Evidence } from "../../engine/index.ts";
import { looseCount, looseNumber, looseStatus, looseText } from "../json-line.ts";
import type { Row, Source } from "./source.ts";

/** Reads a value out of a row; null where it is not there, or is none of its kind. */
export type Read<T> = (row: Row) => T | null;

/** A part of a request, read. Which type it has is known where it is put to use. */
export type Part = Read<unknown>;

/** Parts of a request besides its time and what has names of its own. */
export type PartName =
  | "method"
  | "path"
  | "query"
  | "request"
  | "host"
  | "ip"
  | "size"
  | "asn"
  | "country"
  | "ja4"
  | "client"
  | "evidence"
  | "credential"
  | "scopes"
  | "passes"
  | "body";
/** Parts of the answer. */
export type ResponsePartName = "status" | "size" | "latency";

/** Makes a part of its source; `unit` is the microseconds of what a duration counts. */
export type MakePart = (source: Source, unit: number) => Part;

export const PARTS: Readonly<Record<PartName, MakePart>> = {
  method: textPart,
  path: textPart,
  query: textPart,
  request: textPart,
  host: textPart,
  ip: textPart,
  size: countPart,
  asn: (source) => (row) => asnOf(source(row)),
  country: textPart,
  ja4: textPart,
  client: textPart,
  evidence: (source) => (row) => evidenceOf(looseText(source(row))),
  credential: textPart,
  scopes: (source) => (row) => scopesOf(source(row)),
  passes: (source) => (row) =>
    scopesOf(source(row))?.filter((pass) => CHALLENGES.some((each) => each === pass)) ?? null,
  body: (source) => (row) => bodyOf(source(row)),
};

export const RESPONSE_PARTS: Readonly<Record<ResponsePartName, MakePart>> = {
  status: (source) => (row) => looseStatus(source(row)),
  size: countPart,
  latency: (source, unit) => (row) => latencyOf(looseNumber(source(row)), unit),
};

/** A text that is not empty. */
function textPart(source: Source): Read<string> {
  return (row) => looseText(source(row)) || null;
}

function countPart(source: Source): Read<number> {
  return (row) => looseCount(source(row));
}

/** `64500`, or `AS64500` with a name behind it. */
function asnOf(value: unknown): number | null {
  const text = looseText(value);
  const digits = /^(?:AS)?(\d{1,10})(?: |$)/i.exec(text.slice(0, 200))?.[1];
  return digits === undefined ? null : Number(digits);
}

function evidenceOf(text: string): Evidence | null {
  return EVIDENCE.find((each) => each === text) ?? null;
}

/** A list of texts, or one text of words between blanks, as OAuth writes scopes. */
function scopesOf(value: unknown): readonly string[] | null {
  if (Array.isArray(value)) return value.filter((item): item is string => typeof item === "string");
  return typeof value === "string" ? value.split(" ").filter((word) => word !== "") : null;
}

/** JSON as it stands, or a text of JSON. */
function bodyOf(value: unknown): unknown {
  if (typeof value !== "string") return value ?? null;
  try {
    return JSON.parse(value) as unknown;
  } catch {
    return null;
  }
}

function latencyOf(value: number | null, unit: number): number {
  const micros = value === null ? 0 : Math.round(value * unit);
  return micros <= 1e15 ? micros : 0;
}
