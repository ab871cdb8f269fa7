/** Files of replay as JSON Schema (2020-12), for editors: mappings and identifications. */
import { EVIDENCE } from "../../engine/index.ts";
import { PARTS, RESPONSE_PARTS } from "./parts.ts";

/** A node of a JSON Schema document. */
type JsonSchema = Readonly<Record<string, unknown>>;

const HEAD = { $schema: "https://json-schema.org/draft/2020-12/schema" };
const TEXT: JsonSchema = { type: "string" };
const TEXTS: JsonSchema = { anyOf: [TEXT, { type: "array", items: TEXT }] };

function object(properties: JsonSchema, required: readonly string[], description = ""): JsonSchema {
  const about = description === "" ? {} : { description };
  return { ...about, type: "object", properties, required, additionalProperties: false };
}

/** Where a value is: a name, the members one within the other, or the long form. */
function source(others: JsonSchema = {}, required: readonly string[] = []): JsonSchema {
  const long = [
    object({ from: TEXTS, ...others }, ["from", ...required]),
    object({ value: { anyOf: [TEXT, { type: "number" }] }, ...others }, ["value", ...required]),
  ];
  return { anyOf: required.length === 0 ? [TEXT, { type: "array", items: TEXT }, ...long] : long };
}

function record(description: string): JsonSchema {
  return { description, type: "object", additionalProperties: source() };
}

/** The document that `traffic/mapping.schema.json` holds. */
export function mappingJsonSchema(): JsonSchema {
  const latency = source({ unit: { anyOf: ["s", "ms", "us", "ns"].map((unit) => ({ const: unit })) } }, ["unit"]);
  const response = object(
    {
      ...Object.fromEntries(Object.keys(RESPONSE_PARTS).map((name) => [name, source()])),
      latency,
      headers: record("Headers of the answer, by their names."),
    },
    ["status"],
    "What the service answered.",
  );
  const fields = object(
    {
      time: source({ format: TEXT }),
      ...Object.fromEntries(Object.keys(PARTS).map((name) => [name, source()])),
      headers: record("Headers of the request, by their names."),
      facts: record("Facts, by their names."),
      claims: record("Claims of a token, by their names."),
      response,
    },
    ["time", "ip"],
    "Where each part of a request is.",
  );
  const only = { description: "Lines with other texts are passed over.", type: "object", additionalProperties: TEXTS };
  const pattern = { ...TEXT, description: "Takes a line apart by named groups." };
  const others = { ...TEXTS, description: "Patterns of lines that stand for no request." };
  const members = { pattern, others, only, fields };
  return { ...HEAD, title: "edgepolicy replay --map", ...object(members, ["fields"]) };
}

/** The document that `traffic/identify.schema.json` holds. */
export function identificationJsonSchema(): JsonSchema {
  const entry = object(
    {
      client: { ...TEXT, description: "Id of a client of the inventory." },
      evidence: { anyOf: EVIDENCE.map((each) => ({ const: each })) },
      user_agent: TEXTS,
      header: { type: "object", additionalProperties: TEXTS },
      network: TEXTS,
      host: TEXTS,
      key: TEXTS,
    },
    ["client"],
    "A client, and conditions that all hold of its requests.",
  );
  return {
    ...HEAD,
    title: "edgepolicy replay --identify",
    ...object({ identify: { type: "array", items: entry } }, ["identify"]),
  };
}
