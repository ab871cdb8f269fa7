/** Rules that allow or exempt on no other ground than where a request comes from, or what it says of itself. */
import type { AttributeName, Policy, Rule } from "../../engine/index.ts";
import type { Report } from "../check/report.ts";
import { LINTS } from "../codes/lints.ts";
import type { LintInput } from "./input.ts";
import { readingsOf } from "./places.ts";

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

/** What the caller writes: it proves nothing either. An `allow` may well tell queries and bodies apart; to exempt is another matter. */
const WRITTEN: ReadonlySet<AttributeName> = new Set<AttributeName>(["header", "cookie"]);
const WRITTEN_AT_ALL: ReadonlySet<AttributeName> = new Set<AttributeName>([
  ...WRITTEN,
  "query",
  "query.raw",
  "path.with_query",
  "body",
]);

/** Warns at each `allow` that asks for nothing but an address, and at each `allow` or `exempt` that rests on what the caller writes. */
export function lintGrants({ policy, report }: Pick<LintInput, "policy" | "report">): void {
  for (const rule of policy.rules) {
    const { kind } = rule.action;
    if ((kind !== "allow" && kind !== "exempt") || rule.when === null) continue;
    if (restsOnNetwork(rule, policy)) reportNetwork(rule, report);
    else if (restsOn(kind === "allow" ? WRITTEN : WRITTEN_AT_ALL, rule, policy)) reportWritten(rule, report);
  }
}

/** Whether a rule allows for an address and nothing that proves who calls. */
export function restsOnNetwork(rule: Rule, policy: Policy): boolean {
  return rule.action.kind === "allow" && restsOn(NETWORK, rule, policy);
}

/** Whether a rule reads something of a ground, and beside it only what anyone can ask for. */
function restsOn(ground: ReadonlySet<AttributeName>, { when }: Rule, policy: Policy): boolean {
  if (when === null) return false;
  const { attributes, signals, scores } = readingsOf(when, policy);
  if (signals.size > 0 || scores.size > 0) return false;
  const read = attributes.map(({ name }) => name);
  return read.some((name) => ground.has(name)) && read.every((name) => ground.has(name) || PLAIN.has(name));
}

function reportNetwork(rule: Rule, report: Report): void {
  report.warning(LINTS.networkAllow, rule.span, `the rule \`${rule.name}\` allows on the network alone`, {
    help: "an address proves nothing about the caller: ask for `has client`, or for `evidence`, as well",
  });
}

function reportWritten(rule: Rule, report: Report): void {
  const verb = rule.action.kind === "allow" ? "allows" : "exempts";
  report.warning(LINTS.writtenGrant, rule.span, `the rule \`${rule.name}\` ${verb} whoever writes the right text`, {
    help: "headers, cookies, query and body are the caller's own words: ask for `has client`, or for `evidence`, as well",
  });
}
