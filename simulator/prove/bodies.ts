/** Bodies of requests: the declared fields of a route with plain values, folds over arrays, and GraphQL documents. */
import { type AttributeValue, type BodyField, type ScalarType, withMemberAt } from "../../engine/index.ts";

/** Elements of an array that a `count` is made of. */
const MOST_ELEMENTS = 128;
const MOST_LEVELS = 32;

/** A plain value of a type. */
export function plainValue(type: ScalarType): AttributeValue {
  switch (type) {
    case "bool":
      return true;
    case "int":
    case "number":
    case "percent":
    case "duration":
    case "size":
    case "time":
      return 1;
    case "ip":
      return "192.0.2.1";
    case "network":
      return "192.0.2.0/24";
    case "path":
      return "/a";
    default:
      return "a";
  }
}

/** A body in which a fold over an array comes to `value`. */
export function foldedBody(body: unknown, { path, fold }: BodyField, value: AttributeValue): unknown {
  const at = path.indexOf("[]");
  const within = path.slice(at + 1).filter((name) => name !== "[]");
  const count = fold === "count" ? Math.max(0, Math.min(MOST_ELEMENTS, Number(value))) : value === null ? 0 : 1;
  const element = fold === "count" ? 1 : value;
  const elements = Array.from({ length: count }, () => withMemberAt({}, within, element));
  return withMemberAt(body, path.slice(0, at), elements);
}

/** A GraphQL request of that depth, with so many aliases, or of that operation; other members stay. */
export function graphqlBody(body: unknown, reader: string, value: AttributeValue): unknown {
  if (reader === "operation") {
    const name = typeof value === "string" && /^[A-Za-z_]\w*$/.test(value) ? value : "Anything";
    return withMemberAt(body, ["query"], `query ${name} { a }`);
  }
  const size = Math.max(1, Math.min(MOST_ELEMENTS, Number(value ?? 1)));
  if (reader === "aliases") {
    const fields = Array.from({ length: size }, (_, index) => `x${index}: a`);
    return withMemberAt(body, ["query"], `query Anything { ${fields.join(" ")} }`);
  }
  const depth = Math.min(MOST_LEVELS, size);
  return withMemberAt(body, ["query"], `query Anything ${"{ a ".repeat(depth)}${"}".repeat(depth)}`);
}
