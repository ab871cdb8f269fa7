/** Trees of `scenario` blocks. */
import type { CstNode, IToken } from "chevrotain";
import type * as ast from "../ast.ts";
import { readAddress } from "../literals.ts";
import { type BuildContext, child, children, childOrNull, has, token, tokenOrNull, tokens } from "./context.ts";
import { type DeclarationBase } from "./declarations.ts";
import * as e from "./expressions.ts";

/** Words that begin the statements that stand once, by their keys in the grammar. */
const KEYWORDS: Readonly<Record<string, string>> = { RUN: "run", SEEDS: "seeds", serviceBlock: "service" };

export function buildScenario(node: CstNode, base: DeclarationBase, context: BuildContext): ast.AstScenario {
  const statements = children(node, "scenarioStatement");
  const only = <T>(key: string, build: (statement: CstNode) => T): T | null => {
    const [first, second] = statements.filter((statement) => has(statement, key));
    if (first === undefined) return null;
    if (second !== undefined) context.givenTwice(KEYWORDS[key] ?? key, context.spanOf(second), context.spanOf(first));
    return build(first);
  };
  const all = (key: string): readonly CstNode[] =>
    statements.filter((statement) => has(statement, key)).map((statement) => child(statement, key));
  return {
    kind: "scenario",
    ...base,
    name: context.declaredName(token(node, "name")),
    run: only("RUN", (statement) => e.duration(token(statement, "Numeral"), context)),
    seeds: only("SEEDS", (statement) => e.count(token(statement, "Numeral"), context)),
    service: only("serviceBlock", (statement) => buildService(child(statement, "serviceBlock"), context)),
    actors: all("actor").map((actor) => buildActor(actor, context)),
    expectations: all("scenarioExpectation").map((expectation) => buildExpectation(expectation, context)),
  };
}

function buildService(node: CstNode, context: BuildContext): ast.AstService {
  const clauses = children(node, "serviceClause");
  const [latency, second] = clauses.filter((clause) => has(clause, "LATENCY"));
  if (latency !== undefined && second !== undefined)
    context.givenTwice("latency", context.spanOf(second), context.spanOf(latency));
  return {
    latency: latency === undefined ? null : e.duration(token(latency, "Numeral"), context),
    succeeds: clauses
      .filter((clause) => has(clause, "SUCCEEDS"))
      .map((clause) => ({
        route: context.name(token(clause, "Word")),
        share: e.percent(token(clause, "Numeral"), context),
      })),
    span: context.spanOf(node),
  };
}

function buildActor(node: CstNode, context: BuildContext): ast.AstActor {
  const argument = tokenOrNull(node, "Text");
  return {
    role: has(node, "ATTACK") ? "attack" : "population",
    name: context.declaredName(token(node, "name")),
    model: context.name(token(node, "model")),
    argument: argument === null ? null : context.text(argument),
    clauses: children(node, "actorClause").map((clause) => buildClause(clause, context)),
    span: context.spanOf(node),
  };
}

type ClauseBuilder = (node: CstNode, context: BuildContext) => ast.AstClause;

const CLAUSES: Readonly<Record<string, ClauseBuilder>> = {
  takingPart: buildClients,
  sendingRate: buildSendingRate,
  mixClause: buildMix,
  fromClause: buildFrom,
  reaction: buildReaction,
  actorSetting: buildSetting,
};

function buildClause(node: CstNode, context: BuildContext): ast.AstClause {
  for (const [key, build] of Object.entries(CLAUSES)) {
    const clause = childOrNull(node, key);
    if (clause !== null) return build(clause, context);
  }
  throw new Error("a clause of an actor passed the grammar without a kind");
}

function buildClients(node: CstNode, context: BuildContext): ast.AstClause {
  const where = childOrNull(node, "expression");
  const id = (item: IToken): ast.Text =>
    item.image.startsWith('"') ? context.text(item) : { value: item.image, span: context.spanOf(item) };
  return {
    kind: "clients",
    where: where === null ? null : e.buildExpression(where, context),
    ids: where === null ? tokens(node, "id").map(id) : null,
    span: context.spanOf(node),
  };
}

function buildSendingRate(node: CstNode, context: BuildContext): ast.AstClause {
  const allow = e.atLeastOne(e.count(token(node, "value"), context), "a rate allows", context);
  const per = e.atLeastOne(e.duration(token(node, "period"), context), "a rate is over", context);
  const rate: ast.AstRate = {
    kind: "rate",
    allow,
    per,
    burst: null,
    span: context.span(allow.span.start, per.span.end),
  };
  return { kind: "rate", rate, each: has(node, "EACH"), span: context.spanOf(node) };
}

function buildMix(node: CstNode, context: BuildContext): ast.AstClause {
  const shares = children(node, "mixShare").map((share) => ({
    route: context.name(token(share, "Word")),
    share: e.percent(token(share, "Numeral"), context),
  }));
  return { kind: "mix", shares, span: context.spanOf(node) };
}

function buildFrom(node: CstNode, context: BuildContext): ast.AstClause {
  const span = context.spanOf(node);
  const start = tokenOrNull(node, "start");
  if (start !== null) {
    return { kind: "span", from: e.duration(start, context), to: e.duration(token(node, "end"), context), span };
  }
  return { kind: "networks", networks: children(node, "place").map((place) => buildPlace(place, context)), span };
}

function buildPlace(node: CstNode, context: BuildContext): ast.AstExpr {
  const address = tokenOrNull(node, "Address");
  if (address !== null) return readAddress(address.image, context.spanOf(address), context);
  const name = context.name(token(node, "Word"));
  return { kind: "name", parts: [name], index: null, args: null, span: name.span };
}

/** What `on VERDICT` of the first form of reactions is called now. */
const FIRST_FORM: Readonly<Record<string, string>> = {
  block: "blocked",
  throttle: "throttled",
  challenge: "challenged",
};

function buildReaction(node: CstNode, context: BuildContext): ast.AstClause {
  const trigger = context.name(token(node, "trigger"));
  return {
    kind: "reaction",
    on: { ...trigger, text: FIRST_FORM[trigger.text] ?? trigger.text },
    action: tokens(node, "action").map((word) => context.name(word)),
    span: context.spanOf(node),
  };
}

function buildSetting(node: CstNode, context: BuildContext): ast.AstClause {
  return {
    kind: "setting",
    name: context.name(token(node, "setting")),
    value: e.buildPrimary(child(node, "primary"), context),
    span: context.spanOf(node),
  };
}

function buildExpectation(node: CstNode, context: BuildContext): ast.AstScenarioExpectation {
  return {
    subject: context.name(token(node, "subject")),
    metric: context.name(token(node, "metric")),
    op: token(node, "op").image as ast.AstScenarioExpectation["op"],
    value: e.quantity(token(node, "Numeral"), context),
    advisory: has(node, "ADVISORY"),
    span: context.spanOf(node),
  };
}
