/** The table of options as JSON Schema (2020-12), for editors. */
import type { Field, Table } from "./field.ts";
import { OPTIONS } from "./table.ts";

/** A node of a JSON Schema document. */
type JsonSchema = Readonly<Record<string, unknown>>;

/** The document that `server/config.schema.json` holds. */
export function configJsonSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "edgepolicy serve --config",
    ...objectOf(OPTIONS),
  };
}

function objectOf(fields: Table, required: readonly string[] = []): JsonSchema {
  const properties = Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, convert(field)]));
  return { type: "object", properties, required, additionalProperties: false };
}

const COUNT: JsonSchema = { type: "integer", minimum: 1, maximum: Number.MAX_SAFE_INTEGER };

const SECRET: JsonSchema = {
  anyOf: [
    { type: "object", properties: { env: { type: "string" } }, required: ["env"], additionalProperties: false },
    { type: "object", properties: { file: { type: "string" } }, required: ["file"], additionalProperties: false },
  ],
};

function convert(field: Field): JsonSchema {
  return { description: field.about, ...typeOf(field) };
}

function typeOf(field: Field): JsonSchema {
  switch (field.kind) {
    case "text":
      return field.values === undefined ? { type: "string" } : { type: "string", enum: field.values };
    case "path":
      return { type: "string", minLength: 1 };
    case "count":
      return { ...COUNT, minimum: field.least ?? COUNT["minimum"], maximum: field.most ?? COUNT["maximum"] };
    case "number":
      return { type: "number" };
    case "flag":
      return { type: "boolean" };
    case "texts":
    case "paths":
      return { type: "array", items: { type: "string" } };
    case "secret_list":
      return { type: "array", items: SECRET };
    case "count_or_word":
      return { anyOf: [COUNT, { type: "string", enum: field.values }] };
    case "secret":
      return SECRET;
    case "secrets":
      return { type: "object", additionalProperties: SECRET };
    case "word_or_section":
      return { anyOf: [{ type: "string", enum: field.values }, objectOf(field.fields, Object.keys(field.fields))] };
    case "section":
      return objectOf(field.fields);
    case "sections":
      return { type: "array", items: objectOf(field.fields, field.required) };
  }
}
