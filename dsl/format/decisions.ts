/** Layout of declarations that keep state or decide. */
import type { Span } from "../../engine/index.ts";
import type * as ast from "../ast.ts";
import { block, textsDoc } from "./blocks.ts";
import { cellRow, keyword } from "./declarations.ts";
import { clause, type Doc, indent, line, piece } from "./doc.ts";
import { expressionDoc, keyDoc, keysDoc, nameDoc, namesDoc, onDoc, rawDoc, textDoc, whenDoc } from "./expressions.ts";
import type { SourceComments } from "./printer.ts";
import { type Cell, type Row, single } from "./rows.ts";

/** A condition wider than this does not push the actions of its neighbours to the right. */
const CONDITION_MAX = 48;

function cell(doc: Doc | null, widest?: number): Cell | null {
  if (doc === null) return null;
  return widest === undefined ? { doc } : { doc, widest };
}

/** The clauses that are there. */
function present(docs: readonly (Doc | null)[]): readonly Doc[] {
  return docs.filter((doc) => doc !== null);
}

export function signalRow(signal: ast.AstSignal): Row {
  const head = [keyword("signal", signal), " ", nameDoc(signal.name)];
  const second = signal.second === null ? [] : [", ", expressionDoc(signal.second)];
  const argument = signal.argument === null ? [] : ["(", expressionDoc(signal.argument), ...second, ")"];
  const aggregate: Doc = ["= ", nameDoc(signal.aggregate), argument];
  const clauses = present([
    onDoc(signal.on),
    signal.where === null ? null : clause("where", expressionDoc(signal.where)),
    clause("per", keysDoc(signal.keys)),
    clause("over", rawDoc(signal.over)),
    signal.against === null ? null : clause("against", rawDoc(signal.against)),
    signal.was === null ? null : clause("was", nameDoc(signal.was)),
  ]);
  const cells = [{ doc: head }, { doc: [aggregate, clauses.map((doc) => [" ", doc])] }];
  const broken: Doc = [head, " ", aggregate, indent(clauses.map((doc) => [line, doc]))];
  return { ...cellRow("signal", signal, cells), broken };
}

export function scoreRow(score: ast.AstScore, comments: SourceComments): Row {
  const rows = score.terms.map((term) => {
    const points = piece(
      `${term.points < 0 || Object.is(term.points, -0) ? "-" : "+"}${Math.abs(term.points)}`,
      term.span,
    );
    return cellRow("term", term, [{ doc: points }, { doc: clause("when", expressionDoc(term.when)) }]);
  });
  const head = [keyword("score", score), " ", nameDoc(score.name)];
  return single("score", score.span, block(head, rows, score.span.end, comments));
}

export function limitRow(limit: ast.AstLimit): Row {
  const head = [keyword("limit", limit), " ", nameDoc(limit.name)];
  const per = clause("per", keysDoc(limit.keys));
  const allow: Doc = ["allow ", amountDoc(limit.amount)];
  const tail = present([
    limit.cost === null ? null : clause("cost", expressionDoc(limit.cost)),
    limit.otherwise === null ? null : refusalDoc(limit.otherwise),
    limit.refund === null ? null : clause("refund when", expressionDoc(limit.refund)),
    limit.unavailable === null ? null : clause("unavailable", nameDoc(limit.unavailable)),
    limit.was === null ? null : clause("was", nameDoc(limit.was)),
  ]);
  const on = onDoc(limit.on);
  const when = whenDoc(limit.when);
  const row = cellRow(
    "limit",
    limit,
    [{ doc: head }, cell(on), cell(when, CONDITION_MAX), { doc: [per, " ", allow] }],
    tail,
  );
  const clauses = present([on, when, per, allow, ...tail]);
  return { ...row, broken: [head, indent(clauses.map((doc) => [line, doc]))] };
}

function amountDoc(amount: ast.AstAmount): Doc {
  switch (amount.kind) {
    case "rate":
      return amount.exact ? [expressionDoc(amount.rate), " ", exactDoc(amount.span)] : expressionDoc(amount.rate);
    case "calendar":
      return [
        rawDoc(amount.count),
        " per ",
        nameDoc(amount.unit),
        amount.zone === null ? "" : [" ", textDoc(amount.zone)],
      ];
    case "leases":
      return [rawDoc(amount.count), " at once"];
  }
}

/** The word that ends an amount. A comment before it stands outside the rate, so that it does not break the rate's own group. */
function exactDoc({ end }: Span): Doc {
  return piece("exact", { start: end - "exact".length, end });
}

function refusalDoc(refusal: ast.AstRefusal): Doc {
  // The span begins at the verdict. The words before it are one piece with it, so that no comment parts them.
  const verdict = (words: string): Doc => piece(`otherwise ${words}`, refusal.span);
  switch (refusal.kind) {
    case "throttle":
      return verdict("throttle");
    case "block":
      return [verdict("block"), refusal.status === null ? "" : [" ", rawDoc(refusal.status)]];
    case "challenge":
      return [verdict("challenge"), " ", nameDoc(refusal.challenge)];
    case "slow":
      return [verdict("slow up to"), " ", rawDoc(refusal.upTo)];
  }
}

export function ruleRow(rule: ast.AstRule, comments: SourceComments): Row {
  const head = [keyword(rule.sealed ? "sealed rule" : "rule", rule), " ", nameDoc(rule.name)];
  const tail = present([
    rule.because === null ? null : clause("because", textDoc(rule.because)),
    rule.tags === null ? null : clause("tags", textsDoc(rule.tags, comments)),
    rule.owner === null ? null : clause("owner", textDoc(rule.owner)),
    rule.unavailable === null ? null : clause("unavailable", nameDoc(rule.unavailable)),
  ]);
  const then = actionDoc(rule.action);
  return cellRow(
    "rule",
    rule,
    [{ doc: head }, cell(onDoc(rule.on)), cell(whenDoc(rule.when), CONDITION_MAX), { doc: then }],
    tail,
  );
}

/** `then` and the action; see {@link refusalDoc} for why they are one piece. */
function actionDoc(action: ast.AstAction): Doc {
  const verb = (words: string): Doc => piece(`then ${words}`, action.span);
  switch (action.kind) {
    case "allow":
      return verb("allow");
    case "exempt":
      return [verb("exempt from"), " ", namesDoc(action.from)];
    case "note":
      return [verb("note"), " ", textDoc(action.label)];
    case "slow":
      return [verb("slow"), " ", rawDoc(action.length)];
    case "challenge":
      return [verb("challenge"), " ", nameDoc(action.challenge)];
    case "throttle":
      return action.retryAfter === null
        ? verb("throttle")
        : [verb("throttle retry after"), " ", rawDoc(action.retryAfter)];
    case "block":
      return [
        verb("block"),
        action.status === null ? "" : [" ", rawDoc(action.status)],
        action.ban === null ? "" : [" ", banDoc(action.ban)],
      ];
  }
}

function banDoc(ban: ast.AstBan): Doc {
  const clauses = present([
    clause("for", rawDoc(ban.length)),
    ban.doublingTo === null ? null : clause("doubling to", rawDoc(ban.doublingTo)),
    clause("per", keysDoc(ban.keys)),
    onDoc(ban.on),
  ]);
  return clauses.map((doc, index) => (index === 0 ? doc : [" ", doc]));
}

export function rolloutRow(rollout: ast.AstRollout, comments: SourceComments): Row {
  const rows = rollout.entries.map((entry) =>
    cellRow("entry", entry, [{ doc: nameDoc(entry.name) }, { doc: modeDoc(entry) }]),
  );
  return single("rollout", rollout.span, block(keyword("rollout", rollout), rows, rollout.span.end, comments));
}

function modeDoc(entry: ast.AstRolloutEntry): Doc {
  return [
    nameDoc(entry.mode),
    entry.percent === null ? "" : [" ", rawDoc(entry.percent)],
    entry.key === null ? "" : [" ", clause("per", keyDoc(entry.key))],
    entry.replaces === null ? "" : [" ", clause("replaces", nameDoc(entry.replaces))],
    entry.until === null ? "" : [" ", clause("until", rawDoc(entry.until))],
  ];
}

export function invariantRow(invariant: ast.AstInvariant): Row {
  const head = [keyword("invariant", invariant), " ", textDoc(invariant.text)];
  const bound = invariant.bound === "never" ? "then never" : "then at least";
  const clauses = present([onDoc(invariant.on), whenDoc(invariant.when), clause(bound, nameDoc(invariant.verdict))]);
  const whole = { doc: [head, clauses.map((doc) => [" ", doc])] };
  return { ...cellRow("invariant", invariant, [whole]), broken: [head, indent(clauses.map((doc) => [line, doc]))] };
}
