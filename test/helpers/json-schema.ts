/** The part of JSON Schema that the inventory's schema uses, for checking that schema against examples. */

type Node = Readonly<Record<string, unknown>>;

/** Whether a value fits a schema. */
export function fits(value: unknown, schema: Node): boolean {
  const options = schema["anyOf"] as readonly Node[] | undefined;
  if (options !== undefined) return options.some((option) => fits(value, option));
  if ("const" in schema) return value === schema["const"];
  switch (schema["type"]) {
    case "object":
      return isRecord(value) && fieldsFit(value, schema);
    case "array":
      return Array.isArray(value) && value.every((item) => fits(item, schema["items"] as Node));
    case "string":
      return typeof value === "string" && textFits(value, schema);
    case "integer":
      return (
        Number.isInteger(value) &&
        Number(value) >= Number(schema["minimum"]) &&
        Number(value) <= Number(schema["maximum"])
      );
    case "number":
      return typeof value === "number";
    case "boolean":
      return typeof value === "boolean";
    default:
      throw new Error(`the checker does not know ${JSON.stringify(schema)}`);
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fieldsFit(value: Readonly<Record<string, unknown>>, schema: Node): boolean {
  const properties = (schema["properties"] ?? {}) as Readonly<Record<string, Node>>;
  const additional = schema["additionalProperties"] as Node | false;
  const required = (schema["required"] ?? []) as readonly string[];
  if (required.some((name) => !Object.hasOwn(value, name))) return false;
  return Object.entries(value).every(([name, inner]) => {
    const property = Object.hasOwn(properties, name) ? properties[name] : additional;
    return property !== undefined && property !== false && fits(inner, property);
  });
}

function textFits(value: string, schema: Node): boolean {
  const choices = schema["enum"] as readonly string[] | undefined;
  const pattern = schema["pattern"] as string | undefined;
  return (choices?.includes(value) ?? true) && (pattern === undefined || new RegExp(pattern).test(value));
}
