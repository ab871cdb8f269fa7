/** What routes alone say of a request. */
import type { Policy, Route } from "../../engine/index.ts";
import { among, type Statement, statementOf } from "./atoms.ts";

/** What is known of every request on some routes: its route, and that they accept its method. */
export function routeStatements(routes: readonly Route[], policy: Policy): readonly Statement[] {
  const names = routes.map((route) => route.name);
  const methods = routes.flatMap((route) => route.methods);
  return [fact("route", names, policy), fact("method", methods, policy)];
}

function fact(name: "route" | "method", values: readonly string[], policy: Policy): Statement {
  const span = { file: 0, start: 0, end: 0 };
  const attribute = { kind: "attribute" as const, name, args: [], type: { scalar: "enum" as const, set: false }, span };
  const [first = ""] = values;
  const literal = { kind: "literal" as const, value: first, type: attribute.type, span };
  const type = { scalar: "bool" as const, set: false };
  const { subject, start } = statementOf(
    { kind: "compare", op: "==", left: attribute, right: literal, type, span },
    true,
    policy,
  );
  return among(subject, start, "one_of", values);
}
