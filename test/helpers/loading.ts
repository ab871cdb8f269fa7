/** Loading small policies in tests. */
import { type LoadResult, loadPolicyText } from "../../dsl/index.ts";
import type { Expr, Policy } from "../../engine/index.ts";

/** The setting that every policy needs, so that tests say only what they are about. */
export const HEADER = 'policy "t" { default allow }\n';

/** An inventory with one client; `fields` are further lines of its record. */
export function inventoryOf(id: string, ...fields: readonly string[]): string {
  const lines = [
    "teams:",
    "  - { id: edge, people: [m.rossi] }",
    "people:",
    "  - { id: m.rossi, active: true }",
    "clients:",
    `  - id: ${id}`,
    "    kind: partner",
    "    owner: { team: edge, accountable: m.rossi }",
    "    environment: prod",
    "    status: active",
    ...fields.map((field) => `    ${field}`),
  ];
  return `${lines.join("\n")}\n`;
}

/** Loads declarations under {@link HEADER}. */
export function load(text: string, files: Readonly<Record<string, string>> = {}): LoadResult {
  return loadPolicyText(HEADER + text, files);
}

/** The policy of declarations that must be right. */
export function accepted(text: string, files: Readonly<Record<string, string>> = {}): Policy {
  const { policy, diagnostics } = load(text, files);
  if (policy === null) throw new Error(diagnostics.map((one) => `${one.code} ${one.message}`).join("\n"));
  return policy;
}

/** Codes of the errors of declarations, in place order. */
export function errorsOf(text: string, files: Readonly<Record<string, string>> = {}): readonly string[] {
  const { diagnostics } = load(text, files);
  return diagnostics.filter((one) => one.severity === "error").map((one) => one.code);
}

/** An expression in a short form for comparison: names, operators and JSON literals. */
export function show(expr: Expr | null | undefined): string {
  if (expr === null || expr === undefined) return "-";
  switch (expr.kind) {
    case "literal":
      return `${JSON.stringify(expr.value)}:${expr.type.scalar}${expr.type.set ? "s" : ""}`;
    case "attribute":
      return expr.args.length === 0 ? expr.name : `${expr.name}(${expr.args.join(",")})`;
    case "signal":
    case "score":
    case "let":
    case "list":
      return `${expr.kind}#${expr.index}`;
    case "and":
    case "or":
      return `(${expr.items.map(show).join(` ${expr.kind} `)})`;
    case "not":
      return `not ${show(expr.item)}`;
    case "has":
      return `has ${show(expr.attribute)}`;
    case "default":
      return `(${expr.options.map(show).join(" ?? ")})`;
    case "matches":
      return `${show(expr.left)} matches ${expr.pattern.source}`;
    case "contains":
    case "starts_with":
    case "ends_with":
    case "like":
      return `${show(expr.left)} ${expr.kind} ${expr.text}`;
    case "compare":
      return `(${show(expr.left)} ${expr.op} ${show(expr.right)})`;
    case "cases":
      return `(${expr.cases.map(({ when, value }) => `${show(value)} when ${show(when)}`).join(", ")} else ${show(expr.otherwise)})`;
    case "lookup":
      return `table#${expr.index}[${show(expr.key)}]`;
    case "used":
      return `used#${expr.index}`;
    default:
      return `(${show(expr.left)} ${expr.kind} ${show(expr.right)})`;
  }
}
