/** Layout of `scenario` blocks. */
import type * as ast from "../ast.ts";
import { block, inlineBlock } from "./blocks.ts";
import { cellRow, idDoc, keyword } from "./declarations.ts";
import { clause, type Doc, group, indent, join, line, piece } from "./doc.ts";
import { bracketed, expressionDoc, nameDoc, rateDoc, rawDoc, textDoc } from "./expressions.ts";
import type { SourceComments } from "./printer.ts";
import { type Row, single } from "./rows.ts";

export function scenarioRow(scenario: ast.AstScenario, comments: SourceComments): Row {
  const rows = [
    ...settingRows("run", scenario.run, comments),
    ...settingRows("seeds", scenario.seeds, comments),
    ...(scenario.service === null ? [] : [serviceRow(scenario.service)]),
    ...scenario.actors.map(actorRow),
    ...scenario.expectations.map(expectationRow),
  ].sort((a, b) => a.start - b.start);
  const head = [keyword("scenario", scenario), " ", nameDoc(scenario.name)];
  return single("scenario", scenario.span, block(head, rows, scenario.span.end, comments));
}

function settingRows(word: string, value: ast.Quantity | null, comments: SourceComments): readonly Row[] {
  if (value === null) return [];
  const start = comments.previous(word, value.span.start);
  return [single("setting", { start, end: value.span.end }, [piece(`${word} `, { start, end: start }), rawDoc(value)])];
}

function serviceRow(service: ast.AstService): Row {
  const clauses = service.succeeds.map(({ route, share }) => ({
    at: route.span.start,
    doc: [nameDoc(route), " ", clause("succeeds", rawDoc(share))] as Doc,
  }));
  if (service.latency !== null)
    clauses.push({ at: service.latency.span.start, doc: clause("latency", rawDoc(service.latency)) });
  const docs = clauses.sort((a, b) => a.at - b.at).map(({ doc }) => doc);
  return single("service", service.span, inlineBlock([keyword("service", service), " "], docs, service.span.end));
}

function actorRow(actor: ast.AstActor): Row {
  const head: Doc = [keyword(actor.role, actor), " ", nameDoc(actor.name)];
  const argument = actor.argument === null ? [] : [" ", textDoc(actor.argument)];
  const model: Doc = ["= ", nameDoc(actor.model), argument];
  const clauses = actor.clauses.map(clauseDoc);
  const value: Doc = clauses.length === 0 ? model : inlineBlock([model, " "], clauses, actor.span.end);
  return { ...cellRow("actor", actor, [{ doc: head }, { doc: value }]), broken: [head, " ", value] };
}

function clauseDoc(item: ast.AstClause): Doc {
  switch (item.kind) {
    case "clients":
      return [piece("clients ", item.span), participants(item)];
    case "rate":
      return [piece("rate ", item.span), rateDoc(item.rate), item.each ? " each" : ""];
    case "mix": {
      const shares = item.shares.map(({ route, share }) => [nameDoc(route), " ", rawDoc(share)]);
      return [piece("mix ", item.span), group(indent(join([",", line], shares)))];
    }
    case "span":
      return [piece("from ", item.span), rawDoc(item.from), " to ", rawDoc(item.to)];
    case "networks":
      return [piece("from ", item.span), group(indent(join([",", line], item.networks.map(expressionDoc))))];
    case "reaction":
      return [piece("if ", item.span), nameDoc(item.on), " ", join(" ", item.action.map(nameDoc))];
    case "setting":
      return [nameDoc(item.name), " ", expressionDoc(item.value)];
  }
}

function participants(item: Extract<ast.AstClause, { kind: "clients" }>): Doc {
  if (item.where !== null) return clause("where", expressionDoc(item.where));
  return bracketed((item.ids ?? []).map(idDoc), item.span.end);
}

function expectationRow(expectation: ast.AstScenarioExpectation): Row {
  const subject: Doc = [
    piece("expect ", expectation.span),
    nameDoc(expectation.subject),
    ".",
    nameDoc(expectation.metric),
  ];
  const advisory = expectation.advisory ? " advisory" : "";
  const value: Doc = [expectation.op, " ", rawDoc(expectation.value), advisory];
  return cellRow("expect", expectation, [{ doc: subject }, { doc: value }]);
}
