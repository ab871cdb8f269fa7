/** The inventory's schema as JSON Schema (2020-12), for editors and other tools. */
import { INVENTORY, type Schema } from "./schema.ts";

/** A node of a JSON Schema document. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** The document that `dsl/clients.schema.json` holds. */
export function inventoryJsonSchema(): JsonSchema {
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "edgepolicy inventory",
    ...convert(INVENTORY),
  };
}

/** Patterns of values that have a form of their own; the reader checks more, such as whether a day exists. */
const VALUE_PATTERNS = {
  duration: "^[0-9][0-9_]*(ms|s|m|h|d)$",
  time: "^[0-9]{4}-[0-9]{2}-[0-9]{2}([Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?([Zz]|[+-][0-9]{2}:[0-9]{2}))?$",
  network: "^[0-9a-fA-F.:]+(/[0-9]{1,3})?$",
} as const;

function convert(schema: Schema): JsonSchema {
  const description = schema.about;
  switch (schema.type) {
    case "object": {
      const properties = Object.fromEntries(
        Object.entries(schema.fields).map(([name, field]) => [name, convert(field)]),
      );
      return { description, type: "object", properties, required: schema.required, additionalProperties: false };
    }
    case "record":
      return { description, type: "object", additionalProperties: convert(schema.values) };
    case "list":
      return { description, type: "array", items: convert(schema.items) };
    case "list_or_star":
      return { description, anyOf: [{ const: "*" }, { type: "array", items: convert(schema.items) }] };
    case "text":
      return schema.pattern === undefined
        ? { description, type: "string" }
        : { description, type: "string", pattern: schema.pattern };
    case "choice":
      return { description, type: "string", enum: schema.values };
    case "value":
      return { description, type: "string", pattern: VALUE_PATTERNS[schema.value] };
    case "whole":
      return { description, type: "integer", minimum: schema.min, maximum: schema.max };
    case "flag":
      return { description, type: "boolean" };
  }
}
