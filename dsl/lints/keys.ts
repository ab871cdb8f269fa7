/** Keys of state that the caller chooses, or that add nothing. */
import type { AttributeExpr, AttributeName, Expr, Key, Limit, Policy, Signal } from "../../engine/index.ts";
import type { Report } from "../check/report.ts";
import { exprText } from "../check/walk.ts";
import { LINTS } from "../codes/lints.ts";
import type { LintInput } from "./input.ts";
import { takesEffect, writtenAttribute } from "./places.ts";

type Input = Pick<LintInput, "policy" | "report">;

/** What a caller can change from one request to the next without being anyone else. */
const VARIED: ReadonlySet<AttributeName> = new Set<AttributeName>([
  "header",
  "cookie",
  "query",
  "body",
  "param",
  "path",
  "path.raw",
  "path.with_query",
  "query.raw",
  "query.count",
  "header.count",
  "body.size",
]);
/** What of these is the caller's own word about itself. A field or parameter may name what is protected. */
const SELF_STATED: ReadonlySet<AttributeName> = new Set<AttributeName>(["header", "cookie", "query", "query.raw"]);

/** Warns at limits and bans that a caller escapes by changing a key, and at keys and arguments that add nothing. */
export function lintKeys(input: Input): void {
  const { policy, report } = input;
  for (const limit of policy.limits) {
    lintVaried(limit, policy, report);
    lintImplied(limit.keys, `the limit \`${limit.name}\``, report);
  }
  for (const signal of policy.signals) {
    lintImplied(signal.keys, `the signal \`${signal.name}\``, report);
    lintOneValue(signal, report);
  }
  for (const { name, action } of policy.rules) {
    if (action.kind !== "block" || action.ban === null) continue;
    lintImplied(action.ban.keys, `the ban of \`${name}\``, report);
    lintBan(name, action.ban.keys, report);
  }
}

/** The first attribute of a key's options that is in a set. */
function optionIn(keys: readonly Key[], names: ReadonlySet<AttributeName>): AttributeExpr | undefined {
  const options = keys.flatMap((key) => key.options);
  return options.find((option): option is AttributeExpr => option.kind === "attribute" && names.has(option.name));
}

function lintVaried(limit: Limit, policy: Policy, report: Report): void {
  const varied = optionIn(limit.keys, VARIED);
  if (varied === undefined || !takesEffect(limit.rollout)) return;
  const bounds = policy.limits.filter(
    (other) => other.when === null && takesEffect(other.rollout) && optionIn(other.keys, VARIED) === undefined,
  );
  const bounded = (route: number): boolean => bounds.some(({ on }) => on === null || on.includes(route));
  const held = limit.on === null ? bounds.some(({ on }) => on === null) : limit.on.every(bounded);
  if (held) return;
  const written = writtenAttribute(varied);
  const message = `a caller who changes \`${written}\` escapes the limit \`${limit.name}\`, and no other limit holds it`;
  report.warning(LINTS.variedKey, varied.span, message, {
    help: "keep it by `client else ip.network`, or add a limit on these routes that is",
  });
}

function lintBan(rule: string, keys: readonly Key[], report: Report): void {
  const stated = optionIn(keys, SELF_STATED);
  if (stated === undefined) return;
  const written = writtenAttribute(stated);
  report.warning(LINTS.variedBan, stated.span, `a caller who changes \`${written}\` escapes the ban of \`${rule}\``, {
    help: "ban `per client else ip.network`",
  });
}

/** What each attribute decides: state kept by the first is never told apart by the second. */
const DECIDES: Partial<Record<AttributeName, readonly AttributeName[]>> = {
  ip: ["ip.network", "ip.asn", "ip.country"],
  path: ["route"],
  "client.id": [
    "client.kind",
    "client.status",
    "client.owner.team",
    "client.owner.accountable",
    "client.environment",
    "client.plan",
    "client.labels",
    "client.expect",
  ],
};

function lintImplied(keys: readonly Key[], what: string, report: Report): void {
  const alone = keys.map(onlyAttribute);
  for (const [index, key] of alone.entries()) {
    if (key === null) continue;
    const other = alone.find((one, at) => one !== null && at !== index && decides(one, key, at < index));
    if (other === undefined || other === null) continue;
    const message = `the key \`${nameOf(key)}\` adds nothing to \`${nameOf(other)}\` in ${what}`;
    report.warning(LINTS.impliedKey, key.span, message, {
      help: `leave it out: each \`${nameOf(other)}\` has one \`${nameOf(key)}\``,
      notes: [{ message: "this key decides it", span: other.span }],
    });
  }
}

/** The attribute of a key without alternatives. */
function onlyAttribute({ options }: Key): AttributeExpr | null {
  const [only] = options;
  return options.length === 1 && only?.kind === "attribute" ? only : null;
}

function decides(one: AttributeExpr, other: AttributeExpr, earlier: boolean): boolean {
  if (exprText(one) === exprText(other)) return earlier;
  return DECIDES[one.name]?.includes(other.name) ?? false;
}

/** `client` as a key stands for its id. */
function nameOf(key: AttributeExpr): string {
  return key.name === "client.id" ? "client" : writtenAttribute(key);
}

function lintOneValue({ name, aggregate, keys }: Signal, report: Report): void {
  if (aggregate.kind !== "distinct" && aggregate.kind !== "novel") return;
  const { value } = aggregate;
  const key = keys.map(onlyAttribute).find((one) => one !== null && isDecidedBy(value, one));
  if (key === undefined || key === null) return;
  const result = aggregate.kind === "distinct" ? "at most 1" : "never true";
  report.warning(LINTS.oneValue, value.span, `the signal \`${name}\` is ${result}: each key has one value here`, {
    help: "count another value, or keep the signal by another key",
    notes: [{ message: `\`${nameOf(key)}\` is the key`, span: key.span }],
  });
}

function isDecidedBy(value: Expr, key: AttributeExpr): boolean {
  return value.kind === "attribute" && decides(key, value, true);
}
