/** Trees of declarations that keep state or decide: signals, scores, limits, rules, rollout and invariants. */
import type { CstNode } from "chevrotain";
import type * as ast from "../ast.ts";
import { banForm } from "../grammar/help.ts";
import { expectKind, readTime } from "../literals.ts";
import { type BuildContext, child, children, childOrNull, has, token, tokenOrNull } from "./context.ts";
import { clauseName, type DeclarationBase, reportRepeats } from "./declarations.ts";
import * as e from "./expressions.ts";

export function buildSignal(node: CstNode, base: DeclarationBase, context: BuildContext): ast.AstSignal {
  const argument = childOrNull(node, "argument");
  const second = childOrNull(node, "second");
  const where = childOrNull(node, "where");
  const against = tokenOrNull(node, "against");
  const was = tokenOrNull(node, "was");
  return {
    kind: "signal",
    ...base,
    name: context.declaredName(token(node, "name")),
    aggregate: context.name(token(node, "aggregate")),
    argument: argument === null ? null : e.buildExpression(argument, context),
    second: second === null ? null : e.buildExpression(second, context),
    on: buildOn(node, context),
    where: where === null ? null : e.buildExpression(where, context),
    keys: buildPer(node, context),
    over: e.duration(token(node, "over"), context),
    against: against === null ? null : e.duration(against, context),
    was: was === null ? null : context.name(was),
  };
}

function buildOn(node: CstNode, context: BuildContext): readonly ast.Name[] | null {
  const clause = childOrNull(node, "onClause");
  return clause === null ? null : e.buildNames(child(clause, "names"), context);
}

function buildWhen(node: CstNode, context: BuildContext): ast.AstExpr | null {
  const clause = childOrNull(node, "whenClause");
  return clause === null ? null : e.buildExpression(child(clause, "expression"), context);
}

function buildPer(node: CstNode, context: BuildContext): readonly ast.AstKey[] {
  return e.buildKeys(child(child(node, "perClause"), "keys"), context);
}

export function buildScore(node: CstNode, base: DeclarationBase, context: BuildContext): ast.AstScore {
  return {
    kind: "score",
    ...base,
    name: context.declaredName(token(node, "name")),
    terms: children(node, "scoreTerm").map((term) => buildTerm(term, context)),
  };
}

function buildTerm(node: CstNode, context: BuildContext): ast.AstScore["terms"][number] {
  const points = e.count(token(node, "Numeral"), context).value;
  const when = e.buildExpression(child(child(node, "whenClause"), "expression"), context);
  return { points: token(node, "sign").image === "-" ? -points : points, when, span: context.spanOf(node) };
}

const LIMIT_CLAUSES = ["COST", "OTHERWISE", "REFUND", "UNAVAILABLE", "WAS"];

export function buildLimit(node: CstNode, base: DeclarationBase, context: BuildContext): ast.AstLimit {
  const clauses = children(node, "limitClause");
  reportRepeats(
    clauses.map((clause) => clauseName(clause, LIMIT_CLAUSES, context)),
    context,
  );
  const find = <T>(key: string, build: (clause: CstNode) => T): T | null => {
    const clause = clauses.find((candidate) => has(candidate, key));
    return clause === undefined ? null : build(clause);
  };
  const expression = (clause: CstNode): ast.AstExpr => e.buildExpression(child(clause, "expression"), context);
  return {
    kind: "limit",
    ...base,
    name: context.declaredName(token(node, "name")),
    on: buildOn(node, context),
    when: buildWhen(node, context),
    keys: buildPer(node, context),
    amount: buildAmount(child(node, "amount"), context),
    cost: find("COST", expression),
    otherwise: find("OTHERWISE", (clause) => buildRefusal(child(clause, "refusal"), context)),
    refund: find("REFUND", expression),
    unavailable: find("UNAVAILABLE", (clause) => context.name(token(clause, "mode"))),
    was: find("WAS", (clause) => context.name(token(clause, "old"))),
  };
}

function buildAmount(node: CstNode, context: BuildContext): ast.AstAmount {
  const span = context.spanOf(node);
  const numeral = tokenOrNull(node, "Numeral");
  if (numeral === null) {
    return {
      kind: "rate",
      rate: e.buildExpression(child(node, "expression"), context),
      exact: has(node, "EXACT"),
      span,
    };
  }
  const count = e.atLeastOne(
    expectKind(e.quantity(numeral, context), ["int", "size"], context),
    "a limit allows",
    context,
  );
  if (has(node, "ONCE")) return { kind: "leases", count, span };
  const unit = context.name(token(node, "unit"));
  if (!["day", "hour", "month"].includes(unit.text)) {
    const help = "write a duration, as in `10 per 1m`, or `day`, `hour` or `month` with a zone";
    context.error("EP1105", `\`${unit.text}\` is not a span of time`, unit.span, help);
  }
  const zone = tokenOrNull(node, "Text");
  return { kind: "calendar", count, unit, zone: zone === null ? null : context.text(zone), span };
}

function buildRefusal(node: CstNode, context: BuildContext): ast.AstRefusal {
  const span = context.spanOf(node);
  if (has(node, "BLOCK")) return { kind: "block", status: statusOf(node, context), span };
  if (has(node, "CHALLENGE")) return { kind: "challenge", challenge: context.name(token(node, "kind")), span };
  if (has(node, "SLOW")) return { kind: "slow", upTo: e.duration(token(node, "length"), context), span };
  return { kind: "throttle", span };
}

function statusOf(node: CstNode, context: BuildContext): ast.Quantity | null {
  const status = tokenOrNull(node, "status");
  if (status === null) return null;
  const written = e.quantity(status, context);
  if (written.kind !== "duration") return e.count(status, context);
  const help = `to refuse for that long write \`${banForm(written.raw)}\``;
  context.error("EP1107", `\`block\` takes a status, found \`${written.raw}\``, written.span, help);
  return null;
}

const RULE_CLAUSES = ["BECAUSE", "TAGS", "OWNER", "UNAVAILABLE"];

export function buildRule(node: CstNode, base: DeclarationBase, context: BuildContext): ast.AstRule {
  const clauses = children(node, "ruleClause");
  reportRepeats(
    clauses.map((clause) => clauseName(clause, RULE_CLAUSES, context)),
    context,
  );
  const find = <T>(key: string, build: (clause: CstNode) => T): T | null => {
    const clause = clauses.find((candidate) => has(candidate, key));
    return clause === undefined ? null : build(clause);
  };
  const text = (clause: CstNode): ast.Text => context.text(token(clause, "Text"));
  return {
    kind: "rule",
    // One by one: there may be ten thousand, and spreading into the middle of an object is slow.
    span: base.span,
    doc: base.doc,
    name: context.declaredName(token(node, "name")),
    sealed: has(node, "SEALED"),
    on: buildOn(node, context),
    when: buildWhen(node, context),
    action: buildAction(child(node, "action"), context),
    because: find("BECAUSE", text),
    tags: find("TAGS", (clause) => e.buildTexts(child(clause, "texts"), context)),
    owner: find("OWNER", text),
    unavailable: find("UNAVAILABLE", (clause) => context.name(token(clause, "mode"))),
  };
}

function buildAction(node: CstNode, context: BuildContext): ast.AstAction {
  const span = context.spanOf(node);
  if (has(node, "ALLOW")) return { kind: "allow", span };
  if (has(node, "EXEMPT")) return buildExemption(node, context);
  if (has(node, "NOTE")) return { kind: "note", label: context.text(token(node, "Text")), span };
  if (has(node, "SLOW")) return { kind: "slow", length: e.duration(token(node, "length"), context), span };
  if (has(node, "CHALLENGE")) return { kind: "challenge", challenge: context.name(token(node, "kind")), span };
  if (has(node, "THROTTLE")) {
    const length = tokenOrNull(node, "length");
    return { kind: "throttle", retryAfter: length === null ? null : e.duration(length, context), span };
  }
  const ban = childOrNull(node, "ban");
  return { kind: "block", status: statusOf(node, context), ban: ban === null ? null : buildBan(ban, context), span };
}

function buildExemption(node: CstNode, context: BuildContext): ast.AstAction {
  const span = context.spanOf(node);
  const names = childOrNull(node, "names");
  if (names === null) {
    context.error("EP1306", "`exempt` does not say from what", span, "name the rules and limits: `exempt from NAMES`");
  }
  return { kind: "exempt", from: names === null ? [] : e.buildNames(names, context), span };
}

function buildBan(node: CstNode, context: BuildContext): ast.AstBan {
  const longest = tokenOrNull(node, "longest");
  return {
    length: e.duration(token(node, "length"), context),
    doublingTo: longest === null ? null : e.duration(longest, context),
    keys: buildPer(node, context),
    on: buildOn(node, context),
    span: context.spanOf(node),
  };
}

export function buildRollout(node: CstNode, base: DeclarationBase, context: BuildContext): ast.AstRollout {
  return {
    kind: "rollout",
    ...base,
    entries: children(node, "rolloutEntry").map((entry) => buildEntry(entry, context)),
  };
}

function buildEntry(node: CstNode, context: BuildContext): ast.AstRolloutEntry {
  const share = tokenOrNull(node, "share");
  const key = childOrNull(node, "key");
  const replaced = tokenOrNull(node, "replaced");
  const until = tokenOrNull(node, "Time");
  return {
    name: context.name(token(node, "name")),
    mode: context.name(token(node, "mode")),
    percent: share === null ? null : e.percent(share, context),
    key: key === null ? null : e.buildKey(key, context),
    replaces: replaced === null ? null : context.name(replaced),
    until: until === null ? null : readTime(until.image, context.spanOf(until), context),
    span: context.spanOf(node),
  };
}

export function buildInvariant(node: CstNode, base: DeclarationBase, context: BuildContext): ast.AstInvariant {
  return {
    kind: "invariant",
    ...base,
    text: context.text(token(node, "Text")),
    on: buildOn(node, context),
    when: buildWhen(node, context),
    bound: has(node, "NEVER") ? "never" : "at_least",
    verdict: context.name(token(node, "verdict")),
  };
}
