/** Layout of `test` blocks. */
import type * as ast from "../ast.ts";
import { block, inlineBlock, textsDoc } from "./blocks.ts";
import { cellRow, idDoc, keyword } from "./declarations.ts";
import { clause, type Doc, group, indent, join, line, piece, softClosingLine, softLine } from "./doc.ts";
import { nameDoc, quoted, rawDoc, textDoc } from "./expressions.ts";
import type { SourceComments } from "./printer.ts";
import { type Row, single } from "./rows.ts";

export function testRow(test: ast.AstTest, comments: SourceComments): Row {
  const rows = test.steps.map((step) => (step.kind === "reload" ? reloadRow(step) : stepRow(step, comments)));
  const head = [keyword("test", test), " ", textDoc(test.name)];
  return single("test", test.span, block(head, [...clockRows(test, comments), ...rows], test.span.end, comments));
}

function clockRows(test: ast.AstTest, comments: SourceComments): readonly Row[] {
  if (test.clock === null) return [];
  const start = comments.previous("clock", test.clock.span.start);
  return [
    single("clock", { start, end: test.clock.span.end }, [piece("clock ", { start, end: start }), rawDoc(test.clock)]),
  ];
}

function timeDoc(step: ast.AstRequestStep | ast.AstReloadStep): Doc {
  return [piece("at ", step.span), rawDoc(step.at)];
}

function reloadRow(step: ast.AstReloadStep): Row {
  return cellRow("step", step, [{ doc: timeDoc(step) }, { doc: clause("reload", textDoc(step.path)) }]);
}

function stepRow(step: ast.AstRequestStep, comments: SourceComments): Row {
  const time = timeDoc(step);
  const request: Doc = [
    repeatDoc(step),
    nameDoc(step.method),
    " ",
    textDoc(step.path),
    " ",
    clause("from", rawDoc(step.from)),
  ];
  const clauses = stepClauses(step, comments);
  const flat: Doc = [request, clauses.map((doc) => [" ", doc])];
  const further = clauses.length === 0 ? "" : indent([line, group(join(line, clauses))]);
  return {
    family: "step",
    start: step.span.start,
    end: step.span.end,
    cells: [{ doc: time }, { doc: flat }],
    tail: [],
    broken: [time, " ", request, further],
  };
}

function repeatDoc(step: ast.AstRequestStep): Doc {
  if (step.repeat === null) return [];
  const { times, every, as } = step.repeat;
  return [
    clause("repeat", rawDoc(times)),
    " ",
    clause("every", rawDoc(every)),
    as === null ? "" : [" ", clause("as", nameDoc(as))],
    " ",
  ];
}

/** The clauses of a step in canonical order: who, what is sent, what is answered, what is expected. */
function stepClauses(step: ast.AstRequestStep, comments: SourceComments): readonly Doc[] {
  const clauses: Doc[] = [];
  const add = <T>(value: T | null, doc: (value: T) => Doc): void => {
    if (value !== null) clauses.push(doc(value));
  };
  add(step.asn, (asn) => clause("asn", rawDoc(asn)));
  add(step.country, (country) => clause("country", textDoc(country)));
  add(step.ja4, (ja4) => clause("ja4", textDoc(ja4)));
  add(step.client, (client) => clause("as client", idDoc(client)));
  add(step.evidence, (evidence) => clause("with evidence", nameDoc(evidence)));
  add(step.scopes, (scopes) => clause("scopes", textsDoc(scopes, comments)));
  add(step.claims, (claims) => clause("claims", jsonDoc(claims)));
  add(step.pass, (pass) => clause("with pass", nameDoc(pass)));
  add(step.credential, credentialDoc);
  add(step.refused, (reason) => clause("refused", nameDoc(reason)));
  for (const header of step.headers) clauses.push(clause("header", headerDoc(header)));
  add(step.body, (body) => clause("body", jsonDoc(body)));
  add(step.size, (size) => clause("size", rawDoc(size)));
  add(step.respond, answerDoc);
  add(step.expect, expectDoc);
  return clauses;
}

function credentialDoc({ id, issued, expires, span }: ast.AstCredential): Doc {
  return [
    piece("with credential", span),
    id === null ? "" : [" ", textDoc(id)],
    issued === null ? "" : [" ", clause("issued", rawDoc(issued))],
    expires === null ? "" : [" ", clause("expires", rawDoc(expires))],
  ];
}

function headerDoc({ name, value }: ast.AstHeader): Doc {
  return [textDoc(name), " ", textDoc(value)];
}

function answerDoc({ status, size, latency, headers, after }: ast.AstAnswer): Doc {
  return [
    clause("respond", rawDoc(status)),
    size === null ? "" : [" ", clause("size", rawDoc(size))],
    latency === null ? "" : [" ", clause("latency", rawDoc(latency))],
    headers.map((header) => [" ", clause("with header", headerDoc(header))]),
    after === null ? "" : [" ", clause("after", rawDoc(after))],
  ];
}

function expectDoc(expect: ast.AstExpectation): Doc {
  const clauses: Doc[] = [[piece("expect ", expect.span), nameDoc(expect.verdict)]];
  const add = <T>(value: T | null, doc: (value: T) => Doc): void => {
    if (value !== null) clauses.push(doc(value));
  };
  add(expect.by, (by) => clause("by", nameDoc(by)));
  add(expect.after, (after) => clause("after", rawDoc(after)));
  add(expect.status, (status) => clause("status", rawDoc(status)));
  add(expect.shadow, (shadow) => clause("shadow", nameDoc(shadow)));
  add(expect.delay, (delay) => clause("delay", rawDoc(delay)));
  add(expect.score, ({ name, value }) => [clause("score", nameDoc(name)), " ", rawDoc(value)]);
  return group(indent(join(line, clauses)));
}

function jsonDoc(json: ast.AstJson): Doc {
  switch (json.kind) {
    case "value":
      return piece(typeof json.value === "string" ? quoted(json.value) : json.raw, json.span);
    case "array": {
      const close = piece("]", { start: json.span.end - 1, end: json.span.end });
      return group(["[", indent([softLine, join([",", line], json.items.map(jsonDoc))]), softClosingLine, close]);
    }
    case "object":
      return inlineBlock(piece("", json.span), json.members.map(memberDoc), json.span.end, ",");
  }
}

function memberDoc({ name, value }: { readonly name: ast.Text; readonly value: ast.AstJson }): Doc {
  const plain = /^[A-Za-z_][A-Za-z0-9_]*$/.test(name.value);
  return [piece(plain ? name.value : quoted(name.value), name.span), ": ", jsonDoc(value)];
}
