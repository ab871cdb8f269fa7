/** An audit as text: findings by id, who gets through where, what is granted for nothing, and the controls. Every part is bounded. */
import type { Policy } from "../../engine/index.ts";
import { positionAt, type SourceFile } from "../source.ts";
import { withoutControl } from "../text-width.ts";
import type { Audit } from "./audit.ts";
import type { Finding } from "./finding.ts";
import { type CallerGroup, callerGroups, type RouteGroup, ruleNames, unusedRoutes } from "./groups.ts";
import type { LimitMatch } from "./matrix/cell.ts";
import { dateText } from "./times.ts";
import { plural } from "../plural.ts";

/** At most this many findings of one id are shown; the rest are counted. */
const FINDINGS_SHOWN = 5;
/** At most this many groups of callers are shown, the most exposed first; the rest are counted. */
const CALLERS_SHOWN = 12;
/** At most this many names are shown in a row. */
const NAMES_SHOWN = 6;

/** Renders an audit, but for its controls. */
export function renderAudit(audit: Audit, sources: readonly SourceFile[]): string {
  const parts = [headline(audit), findingsText(audit, sources), matrixText(audit), unusedText(audit)];
  return withoutControlLines(parts.filter((part) => part !== "").join("\n"));
}

function withoutControlLines(text: string): string {
  return text.split("\n").map(withoutControl).join("\n");
}

function headline({ policy, inventory, nowMicros }: Audit): string {
  const clients = plural(inventory.clients.length, "client");
  const what =
    policy === null
      ? "the inventory alone (the policy has errors)"
      : `${policy.name}: ${plural(policy.routes.length, "route")}`;
  return `Audit of ${what}, ${clients}, as of ${dateText(nowMicros)}\n`;
}

function findingsText({ findings, counts }: Audit, sources: readonly SourceFile[]): string {
  if (findings.length === 0) return "Findings: none\n";
  const sections = Map.groupBy(findings, ({ severity, id }) => `${severity} ${id}`);
  const unkept = unkeptById(findings, counts);
  const shown = [...sections.values()].map((section) => sectionText(section, unkept, sources));
  const dropped = [...counts.values()].reduce((sum, number) => sum + number, 0) - findings.length;
  const unlisted = dropped > 0 ? `, ${dropped.toLocaleString("en-US")} more not kept` : "";
  return `Findings: ${severitiesText(findings)}${unlisted}\n${shown.join("")}`;
}

/** Findings of each id beyond those that an audit keeps. */
function unkeptById(findings: readonly Finding[], counts: ReadonlyMap<string, number>): ReadonlyMap<string, number> {
  const kept = Map.groupBy(findings, ({ id }) => id);
  return new Map([...counts].map(([id, number]) => [id, number - (kept.get(id)?.length ?? 0)]));
}

function severitiesText(findings: readonly Finding[]): string {
  const shown = (["error", "warning", "info"] as const).map((severity) => {
    const number = findings.filter((finding) => finding.severity === severity).length;
    return number === 0 ? "" : severity === "info" ? `${number} for information` : plural(number, severity);
  });
  return shown.filter((part) => part !== "").join(", ");
}

/** The findings of one id and severity. */
function sectionText(
  findings: readonly Finding[],
  unkept: ReadonlyMap<string, number>,
  sources: readonly SourceFile[],
): string {
  const [first] = findings;
  if (first === undefined) return "";
  const lines = [`  ${first.severity} ${first.id}: ${first.title}`];
  for (const finding of findings.slice(0, FINDINGS_SHOWN)) lines.push(...findingLines(finding, sources));
  const hidden = findings.length - FINDINGS_SHOWN + (unkept.get(first.id) ?? 0);
  if (hidden > 0) lines.push(`    … and ${hidden.toLocaleString("en-US")} more`);
  return `${lines.join("\n")}\n`;
}

function findingLines({ message, help, owner, span }: Finding, sources: readonly SourceFile[]): readonly string[] {
  const answers = owner === null ? "" : ` (owner: ${owner})`;
  return [`    ${placeText(span, sources)}: ${message}${answers}`, `      ${help}`];
}

function placeText(span: Finding["span"], sources: readonly SourceFile[]): string {
  const source = sources[span.file];
  if (source === undefined) return "the policy";
  const { line, column } = positionAt(source, span.start);
  return `${source.path}:${line}:${column}`;
}

function matrixText(audit: Audit): string {
  const { policy, matrix } = audit;
  if (policy === null || matrix === null) return "";
  const { shown, hidden, hiddenClients } = callerGroups(audit, CALLERS_SHOWN);
  const lines = ["Who gets through where", ...shown.flatMap((group) => callerLines(group, policy))];
  if (hidden > 0)
    lines.push(
      `  … and ${plural(hidden, "group")} more of ${plural(hiddenClients, "client")}: --format json, or --client ID`,
    );
  if (matrix.leftOut > 0)
    lines.push(`  ${plural(matrix.leftOut, "client")} not looked at: the inventory is too large for this policy`);
  return `${lines.join("\n")}\n`;
}

function callerLines(group: CallerGroup, policy: Policy): readonly string[] {
  const who = group.clients === null ? "callers without a credential" : someNames(group.clients);
  if (group.barred !== "") return [`  ${who}: not let in (${group.barred})`];
  return [`  ${who} (${group.evidence.join(", ")})`, ...group.routes.flatMap((routes) => routeLines(routes, policy))];
}

function routeLines({ routes, cell }: RouteGroup, policy: Policy): readonly string[] {
  const names = someNames(routes.map((route) => policy.routes[route]?.name ?? "other paths"));
  if (cell.access === "refused")
    return [`    ${names}: refused by ${cell.refusedBy === "no_rule_allows" ? "default" : cell.refusedBy}`];
  const { allow, restrict, shadow } = ruleNames(cell, policy);
  const lines = [
    `    ${names}: allowed by ${allow.length === 0 ? "default" : allow.join(", ")}${cell.granted === "yes" ? ", granted" : ""}`,
  ];
  if (restrict.length > 0) lines.push(`      restricted by ${someNames(restrict)}`);
  if (shadow.length > 0) lines.push(`      in shadow: ${someNames(shadow)}`);
  lines.push(`      ${boundsText(cell.limits, policy)}`);
  return lines;
}

function boundsText(limits: readonly LimitMatch[], policy: Policy): string {
  const shown = limits
    .filter(({ exempt }) => exempt !== "always")
    .map((match) => `${policy.limits[match.limit]?.name ?? ""} ${match.amount}${marks(match)}`);
  return shown.length === 0 ? "no limit" : `bounded by ${someNames(shown, "; ")}`;
}

function marks({ shadow, applies, exempt }: LimitMatch): string {
  const said = [shadow ? "shadow" : "", applies === "may" ? "sometimes" : "", exempt === "may" ? "some exempt" : ""];
  const shown = said.filter((part) => part !== "").join(", ");
  return shown === "" ? "" : ` (${shown})`;
}

function unusedText(audit: Audit): string {
  const { policy, findings } = audit;
  if (policy === null) return "";
  const routes = unusedRoutes(audit);
  const grants = findings.filter(({ id }) => id === "ID203" || id === "ID204").length;
  const parts: string[] = [];
  if (routes.length > 0) parts.push(`  routes that nobody gets through on: ${someNames(routes)}`);
  if (grants > 0) parts.push(`  grants that give nothing: ${grants} (ID203, ID204)`);
  return parts.length === 0 ? "Unused grants: none\n" : `Unused grants\n${parts.join("\n")}\n`;
}

function someNames(names: readonly string[], separator = ", "): string {
  const shown = names.slice(0, NAMES_SHOWN).join(separator);
  return names.length > NAMES_SHOWN
    ? `${shown} and ${(names.length - NAMES_SHOWN).toLocaleString("en-US")} more`
    : shown;
}
