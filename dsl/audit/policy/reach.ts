/** Who gets through where, by the matrix: ID201, ID205, ID207, ID208, ID209, ID210. */
import { EVIDENCE, VERDICTS } from "../../../engine/index.ts";
import type { Rule } from "../../../engine/index.ts";
import { headOf } from "../../inventory/fields.ts";
import { type Cell, refuses, type RuleMatch } from "../matrix/cell.ts";
import type { Row } from "../matrix/matrix.ts";
import { POLICY_FINDINGS } from "../registry-policy.ts";
import { acceptedRows, distinctCells, type PolicyContext, routeName, someOf } from "./context.ts";

/** Finds what gets through and should not, and rules that change nothing. */
export function auditReach(context: PolicyContext): void {
  const cells = distinctCells(context);
  // What holds of every client cannot be said where some were not looked at.
  if (context.matrix.leftOut === 0) auditRules(cells, context);
  for (const row of acceptedRows(context)) auditBounds(row, context);
  auditFloors(context);
  auditEnvironments(context);
  auditStrangers(context);
}

function auditRules(cells: readonly Cell[], context: PolicyContext): void {
  const matched = new Map<number, Cell[]>();
  for (const cell of cells) {
    for (const { rule } of cell.rules) {
      const known = matched.get(rule);
      if (known === undefined) matched.set(rule, [cell]);
      else known.push(cell);
    }
  }
  for (const [index, rule] of context.policy.rules.entries()) {
    const where = matched.get(index) ?? [];
    if (where.length > 0) auditShadowed(index, rule, where, context);
    else if (rule.rollout.mode !== "off") reportUnmatchable(rule, context);
  }
}

function reportUnmatchable(rule: Rule, { findings }: PolicyContext): void {
  findings.add(POLICY_FINDINGS.unmatchable, {
    span: rule.span,
    message: `no client of the inventory, and no caller without a credential, can match the rule \`${rule.name}\``,
    help: "mend its condition, or take it out",
  });
}

/** Only a rule whose one effect is its verdict, in force. */
function auditShadowed(index: number, rule: Rule, where: readonly Cell[], context: PolicyContext): void {
  const { action, rollout } = rule;
  const plain = action.kind !== "exempt" && action.kind !== "note" && !(action.kind === "block" && action.ban !== null);
  if (!plain || rollout.mode !== "on" || rollout.untilMicros !== null) return;
  const covers = where.map((cell) => coverIn(cell, index, rule, context));
  const [first] = covers;
  if (first === undefined || covers.includes(undefined)) return;
  const names = [...new Set(covers.map((cover) => `\`${cover?.name ?? ""}\``))];
  context.findings.add(POLICY_FINDINGS.shadowed, {
    span: rule.span,
    message: `the rule \`${rule.name}\` never decides: whoever matches it, ${someOf(names)} always refuses`,
    help: `take it out, or narrow \`${first.name}\``,
    notes: [{ message: `\`${first.name}\` is declared here`, span: first.span }],
  });
}

function coverIn(cell: Cell, index: number, rule: Rule, { policy }: PolicyContext): Rule | undefined {
  const isCover = (match: RuleMatch): boolean => {
    const other = policy.rules[match.rule];
    if (other === undefined || match.rule === index || match.shadow || match.exempt !== null) return false;
    return match.applies === "always" && refuses(other) && rankOf(other) > rankOf(rule);
  };
  const cover = cell.rules.find(isCover);
  return cover === undefined ? undefined : policy.rules[cover.rule];
}

function rankOf({ action }: Rule): number {
  return VERDICTS.findIndex((verdict) => verdict === action.kind);
}

function auditBounds({ one, cells }: Row, { policy, findings }: PolicyContext): void {
  const open = cells.filter(({ access, limits }) => access !== "refused" && !limits.some(bounds));
  if (one === null || open.length === 0) return;
  const names = open.map(({ route }) => routeName(policy, route));
  findings.add(POLICY_FINDINGS.unbounded, {
    of: one,
    severity: one.prod ? "error" : "warning",
    span: headOf(one.data),
    message: `no limit bounds the client \`${one.client.id}\` on ${someOf(names)}`,
    help: "add one: `limit fair_use per client else ip.network allow client.rate ?? 5 per 1s`",
  });
}

/** Whether a limit can refuse the caller anything. */
function bounds({ shadow, exempt }: Cell["limits"][number]): boolean {
  return !shadow && exempt !== "always";
}

function auditFloors(context: PolicyContext): void {
  const rows = [context.matrix.anonymous, ...acceptedRows(context)];
  for (const [index, route] of context.policy.routes.entries()) {
    const floor = EVIDENCE.findIndex((kind) => kind === route.minEvidence);
    const under =
      floor < 0
        ? []
        : rows.filter((row) => (row.cells[index]?.passesWith ?? []).some((kind) => EVIDENCE.indexOf(kind) < floor));
    const [first] = under;
    if (first === undefined) continue;
    const kind = first.cells[index]?.passesWith[0] ?? "none";
    const who = first.one === null ? "a caller without a credential" : `the client \`${first.one.client.id}\``;
    context.findings.add(POLICY_FINDINGS.belowFloor, {
      span: route.span,
      message: `\`${route.name}\` asks for \`${route.minEvidence ?? ""}\`, and ${who} can get through with \`${kind}\`${under.length > 1 ? `, as ${under.length - 1} more can` : ""}`,
      help: "add `granted` to the rules that allow it: it holds at the route's floor alone",
    });
  }
}

function auditEnvironments(context: PolicyContext): void {
  const { policy, findings } = context;
  const rows = acceptedRows(context);
  for (const [index, route] of policy.routes.entries()) {
    const examples = new Map<string, string>();
    for (const { one, cells } of rows) {
      if (one === null || cells[index]?.access === "refused" || examples.has(one.client.environment)) continue;
      examples.set(one.client.environment, one.client.id);
    }
    if (examples.size < 2) continue;
    const who = [...examples].map(([environment, id]) => `\`${environment}\` (\`${id}\`)`);
    findings.add(POLICY_FINDINGS.crossing, {
      span: route.span,
      message: `clients of ${examples.size} environments can get through on \`${route.name}\`: ${someOf(who)}`,
      help: 'allow one alone: `client.environment == "prod"`',
    });
  }
}

function auditStrangers({ policy, matrix, start, findings }: PolicyContext): void {
  for (const cell of matrix.anonymous.cells) {
    if (cell.access === "refused" || !cell.passesWith.includes("none") || isPublic(cell, policy.rules)) continue;
    const allowing = cell.rules.map(({ rule }) => policy.rules[rule]).find((rule) => rule?.action.kind === "allow");
    const by = allowing === undefined ? "by default" : `by the rule \`${allowing.name}\``;
    findings.add(POLICY_FINDINGS.defaultAllow, {
      span: allowing?.span ?? policy.routes[cell.route]?.span ?? start,
      message: `callers without a credential can get through on ${routeName(policy, cell.route)}, ${by}`,
      help:
        allowing === undefined
          ? 'block by default, or allow it by a rule with `tags ["public"]`'
          : 'ask for `has client`, or say that it is meant: `tags ["public"]`',
    });
  }
}

/** Whether every rule that lets strangers in says that it means to. */
function isPublic(cell: Cell, rules: readonly Rule[]): boolean {
  const allowing = cell.rules
    .filter(({ shadow }) => !shadow)
    .map(({ rule }) => rules[rule])
    .filter((rule) => rule?.action.kind === "allow");
  return allowing.length > 0 && allowing.every((rule) => rule?.tags.includes("public") === true);
}
