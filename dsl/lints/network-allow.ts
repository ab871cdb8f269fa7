/** Rules that allow on no other ground than where a request comes from. */
import type { AttributeName, Expr, Policy } from "../../engine/index.ts";
import type { Report } from "../check/report.ts";
import { walk } from "../check/walk.ts";
import { LINTS } from "../codes/lints.ts";

const NETWORK: ReadonlySet<AttributeName> = new Set<AttributeName>(["ip", "ip.network", "ip.asn", "ip.country"]);
/** What anyone can ask for, and when: it proves nothing about the caller. */
const PLAIN: ReadonlySet<AttributeName> = new Set<AttributeName>([
  "method",
  "host",
  "path",
  "path.raw",
  "path.ambiguous",
  "route",
  "param",
  "now",
  "now.hour",
  "now.weekday",
]);

/** Warns at each `allow` that asks for nothing but an address. */
export function lintNetworkAllow(policy: Policy, report: Report): void {
  for (const rule of policy.rules) {
    if (rule.action.kind !== "allow" || rule.when === null) continue;
    const read = attributesOf(rule.when, policy);
    const rests = read.some((name) => NETWORK.has(name)) && read.every((name) => NETWORK.has(name) || PLAIN.has(name));
    if (!rests) continue;
    report.warning(LINTS.networkAllow, rule.span, `the rule \`${rule.name}\` allows on the network alone`, {
      help: "an address proves nothing about the caller: ask for `has client`, or for `evidence`, as well",
    });
  }
}

/** Attributes that a condition reads, through `let` too; a signal or score counts as what is read by none of these. */
function attributesOf(condition: Expr, policy: Policy): readonly AttributeName[] {
  const found = new Set<AttributeName>();
  const seen = new Set<number>();
  const waiting: Expr[] = [condition];
  for (let expr = waiting.pop(); expr !== undefined; expr = waiting.pop()) {
    walk(expr, (part) => {
      if (part.kind === "attribute") found.add(part.name);
      if (part.kind === "signal" || part.kind === "score") found.add("served");
      if (part.kind !== "let" || seen.has(part.index)) return;
      seen.add(part.index);
      const inner = policy.lets[part.index];
      if (inner !== undefined) waiting.push(inner.expr);
    });
  }
  return [...found];
}
