/** What a policy reads of a request, and the constants that it compares each of it with: where a decision can turn. */
import type { AttributeExpr, Expr, Key, PatternNode, Policy, ScalarValue, Value } from "../../policy.ts";
import { partsOf } from "../../reference/parts.ts";

/** An attribute that something reads. */
export interface Read {
  readonly attribute: AttributeExpr;
  /** Values that it is compared with somewhere, each once, in the order of the policy; texts that patterns fit among them. */
  readonly constants: readonly ScalarValue[];
}

/** Constants that are kept of one attribute; a list of a million entries is looked at from its beginning. */
const MOST_CONSTANTS = 256;

/** Every attribute that the policy reads, by name and arguments, in the order in which they are met. */
export function readsOf(policy: Policy): readonly Read[] {
  return readsIn(rootsOf(policy), policy);
}

/** Every attribute that these expressions read. Of a `let` the attributes are found, and not the constants in its definition. */
export function readsIn(roots: readonly Expr[], policy: Policy): readonly Read[] {
  const reads = new Map<string, { readonly attribute: AttributeExpr; readonly constants: Set<ScalarValue> }>();
  const note = (attribute: AttributeExpr, constants: readonly ScalarValue[]): void => {
    const id = JSON.stringify([attribute.name, ...attribute.args]);
    const read = reads.get(id) ?? { attribute, constants: new Set() };
    reads.set(id, read);
    for (const value of constants) if (read.constants.size < MOST_CONSTANTS) read.constants.add(value);
  };
  const visit = (expr: Expr): void => {
    const constants = constantsOf(expr, policy);
    for (const attribute of attributesIn(expr, policy)) note(attribute, constants);
    for (const part of partsOf(expr)) visit(part);
  };
  for (const root of roots) visit(root);
  return [...reads.values()].map(({ attribute, constants }) => ({ attribute, constants: [...constants] }));
}

/** Every expression of a policy. */
function rootsOf({ signals, limits, rules, scores, lets }: Policy): readonly Expr[] {
  const ofKeys = (keys: readonly Key[]): readonly Expr[] => keys.flatMap(({ options }) => options);
  const ofRollout = ({ rollout }: Policy["rules"][number] | Policy["limits"][number]): readonly Expr[] =>
    rollout.mode === "canary" ? ofKeys([rollout.key]) : [];
  const roots: (Expr | null)[] = [
    ...lets.map(({ expr }) => expr),
    ...signals.flatMap(({ where, keys, aggregate }) => [
      where,
      ...ofKeys(keys),
      "value" in aggregate ? aggregate.value : null,
      aggregate.kind === "share" ? aggregate.when : null,
    ]),
    ...scores.flatMap(({ terms }) => terms.map(({ when }) => when)),
    ...limits.flatMap((limit) => [
      limit.when,
      limit.cost,
      "rate" in limit.amount ? limit.amount.rate : null,
      ...ofKeys(limit.keys),
      ...ofRollout(limit),
    ]),
    ...rules.flatMap((rule) => [
      rule.when,
      ...(rule.action.kind === "block" && rule.action.ban !== null ? ofKeys(rule.action.ban.keys) : []),
      ...ofRollout(rule),
    ]),
  ];
  return roots.filter((root) => root !== null);
}

/** Attributes below a test, through every `let`. */
function attributesIn(expr: Expr, policy: Policy, seen: Set<number> = new Set()): readonly AttributeExpr[] {
  if (expr.kind === "attribute") return [expr];
  if (expr.kind !== "let") return partsOf(expr).flatMap((part) => attributesIn(part, policy, seen));
  const definition = policy.lets[expr.index]?.expr;
  if (definition === undefined || seen.has(expr.index)) return [];
  seen.add(expr.index);
  return attributesIn(definition, policy, seen);
}

/** The constants of one test. */
function constantsOf(expr: Expr, policy: Policy): readonly ScalarValue[] {
  switch (expr.kind) {
    case "compare":
    case "+":
    case "-":
    case "*":
    case "ratio":
      return [...literalsIn(expr.left), ...literalsIn(expr.right)];
    case "in":
    case "any_of":
    case "all_of":
      return [...literalsIn(expr.left), ...membersIn(expr.right, policy)];
    case "contains":
    case "starts_with":
    case "ends_with":
      return [expr.text];
    case "like":
      return [expr.text.replaceAll("*", ""), expr.text.replaceAll("*", "x")];
    case "matches":
      return samplesOf(expr.pattern.root);
    case "lookup":
      return policy.tables[expr.index]?.entries.map(([key]) => key) ?? [];
    case "default":
      return expr.options.flatMap(literalsIn);
    default:
      return [];
  }
}

/** The members of a set that stands in the policy. */
function membersIn(set: Expr, policy: Policy): readonly ScalarValue[] {
  return set.kind === "list" ? (policy.lists[set.index]?.values ?? []) : literalsIn(set);
}

function literalsIn(expr: Expr): readonly ScalarValue[] {
  if (expr.kind === "literal") return scalarsOf(expr.value);
  return expr.kind === "default" || expr.kind === "+" || expr.kind === "-" || expr.kind === "*"
    ? partsOf(expr).flatMap(literalsIn)
    : [];
}

function scalarsOf(value: Value): readonly ScalarValue[] {
  if (Array.isArray(value)) return value as readonly ScalarValue[];
  return typeof value === "object" ? [] : [value];
}

/** Short texts that a pattern fits: one for each of its alternatives at the top. */
function samplesOf(root: PatternNode): readonly string[] {
  return root.kind === "choice" ? root.items.slice(0, MOST_CONSTANTS).map(sampleOf) : [sampleOf(root)];
}

function sampleOf(node: PatternNode): string {
  switch (node.kind) {
    case "set":
      return String.fromCharCode(printableIn(node.ranges));
    case "sequence":
      return node.items.map(sampleOf).join("");
    case "choice":
      return node.items[0] === undefined ? "" : sampleOf(node.items[0]);
    case "repeat":
      return sampleOf(node.item).repeat(node.min);
    default:
      return "";
  }
}

/** A code unit of a set: a letter or digit where there is one. */
function printableIn(ranges: readonly (readonly [number, number])[]): number {
  for (const wanted of [0x61, 0x41, 0x30]) {
    if (ranges.some(([low, high]) => low <= wanted && wanted <= high)) return wanted;
  }
  const [low, high] = ranges.find(([, to]) => to > 0x20) ?? ranges[0] ?? [0x78, 0x78];
  return Math.min(high, Math.max(low, 0x21));
}
