/** Layout of declarations that say what exists. */
import type * as ast from "../ast.ts";
import { block, inlineBlock, textsDoc } from "./blocks.ts";
import { clause, type Doc, extentOf, group, indent, join, line, piece } from "./doc.ts";
import { bracketed, expressionDoc, nameDoc, namesDoc, quoted, rawDoc, textDoc } from "./expressions.ts";
import type { SourceComments } from "./printer.ts";
import { type Cell, type Row, single } from "./rows.ts";

/** `GET` to `OPTIONS`: routes of one method align their patterns, longer ones stand out. */
const METHOD_MAX = "= OPTIONS".length;
/** `api_key` and the like; a source with an argument stands out. */
const SOURCE_MAX = 12;

/** The keyword of a declaration, where the declaration stood. */
export function keyword(text: string, declaration: { readonly span: ast.AstLet["span"] }): Doc {
  const { start } = declaration.span;
  return piece(text, { start, end: start + text.length });
}

/** A row of some cells; where it does not fit, each after the first stands on a line of its own. */
export function cellRow(
  family: string,
  node: { readonly span: ast.AstLet["span"] },
  cells: readonly (Cell | null)[],
  tail: readonly Doc[] = [],
): Row {
  const [head, ...rest] = [...cells.filter((cell) => cell !== null).map((cell) => cell.doc), ...tail];
  const broken: Doc = [head ?? "", indent(rest.map((doc) => [line, doc]))];
  return { family, start: node.span.start, end: node.span.end, cells, tail, broken };
}

export function policyRow(policy: ast.AstPolicy, comments: SourceComments): Row {
  const rows = policy.settings.map((setting) =>
    cellRow("setting", setting, [{ doc: keyword(setting.name.text, setting) }, { doc: valueDoc(setting.value) }]),
  );
  const head = [keyword("policy", policy), " ", textDoc(policy.name)];
  return single("policy", policy.span, block(head, rows, policy.span.end, comments));
}

function valueDoc(value: ast.Text | ast.Name | ast.Quantity): Doc {
  if ("raw" in value) return rawDoc(value);
  return "text" in value ? nameDoc(value) : textDoc(value);
}

export function importRow(declaration: ast.AstImport): Row {
  return single("import", declaration.span, [keyword("import", declaration), " ", textDoc(declaration.path)]);
}

export function trustRow(trust: ast.AstTrust): Row {
  const networks = group(indent(join([",", line], trust.networks.map(rawDoc))));
  const hops = trust.hops === null ? [] : [" ", clause("hops", rawDoc(trust.hops))];
  return single("trust", trust.span, [keyword("trust", trust), " proxy ", networks, hops]);
}

export function identityRow(identity: ast.AstIdentity, comments: SourceComments): Row {
  const rows = identity.sources.map((source) => sourceRow(source, comments));
  return single("identity", identity.span, block(keyword("identity", identity), rows, identity.span.end, comments));
}

function sourceRow(source: ast.AstIdentitySource, comments: SourceComments): Row {
  const argument = source.argument === null ? [] : [" ", valueDoc(source.argument)];
  const head: Doc = [keyword(source.sort.text, source), argument];
  const last = extentOf([head, source.members.map((member) => piece("", member.span))]).end;
  const members = inlineBlock(
    "",
    source.members.map((member) => memberDoc(member)),
    comments.next("}", last) + 1,
  );
  const on = source.on === null ? [] : [" ", clause("on", namesDoc(source.on))];
  return {
    family: "source",
    start: source.span.start,
    end: source.span.end,
    cells: [{ doc: head, widest: SOURCE_MAX }, { doc: [members, on] }],
    tail: [],
    broken: [head, " ", members, on],
  };
}

function memberDoc(member: ast.AstMember): Doc {
  const words = join(" ", member.words.map(nameDoc));
  const [first, second] = member.values;
  if (first?.kind === "name") {
    // A claim: its type is a name, its path a string.
    const path = second === undefined ? [] : [" ", clause("from", expressionDoc(second))];
    return [words, ": ", expressionDoc(first), path];
  }
  const values = member.values.map((value) => [" ", expressionDoc(value)]);
  if (member.block === null) return [words, values];
  const claims = member.block.some((inner) => inner.values[0]?.kind === "name");
  return inlineBlock([words, " "], member.block.map(memberDoc), member.span.end, claims ? "," : "");
}

export function clientsRow(clients: ast.AstClients): Row {
  return single("identity", clients.span, [keyword("clients", clients), " from ", textDoc(clients.path)]);
}

export function listRow(list: ast.AstListDeclaration): Row {
  const head = [keyword("list", list), " ", nameDoc(list.name)];
  const type = [": ", nameDoc(list.type)];
  const value =
    list.file !== null
      ? clause("from", textDoc(list.file))
      : ["= ", bracketed((list.items ?? []).map(expressionDoc), list.span.end)];
  const cells = [{ doc: head }, { doc: type }, { doc: value }];
  return { ...cellRow("list", list, cells), broken: [head, " ", type, " ", value] };
}

export function routeRow(route: ast.AstRoute, comments: SourceComments): Row {
  const head = [keyword("route", route), " ", nameDoc(route.name)];
  const methods: Doc = ["= ", join(" | ", route.methods.map(nameDoc))];
  const clauses = routeClauses(route, comments);
  const pattern: Doc = [textDoc(route.pattern), clauses.length === 0 ? "" : inlineBlock(" ", clauses, route.span.end)];
  const cells = [{ doc: head }, { doc: methods, widest: METHOD_MAX }, { doc: pattern }];
  return { ...cellRow("route", route, cells), broken: [head, " ", methods, " ", pattern] };
}

function routeClauses(route: ast.AstRoute, comments: SourceComments): readonly Doc[] {
  const clauses: Doc[] = [];
  if (route.scopes !== null) clauses.push(clause("scopes", textsDoc(route.scopes, comments)));
  if (route.minEvidence !== null) clauses.push(clause("min_evidence", nameDoc(route.minEvidence)));
  if (route.body !== null || route.bodyReader !== null) clauses.push(bodyDoc(route, comments));
  return clauses;
}

function bodyDoc(route: ast.AstRoute, comments: SourceComments): Doc {
  const reader: Doc = route.bodyReader === null ? "body" : clause("body", nameDoc(route.bodyReader));
  if (route.body === null) return reader;
  const last = route.body.at(-1)?.span.end ?? extentOf(reader).end;
  const end = Number.isFinite(last) ? comments.next("}", last) + 1 : route.span.end;
  return inlineBlock([reader, " "], route.body.map(fieldDoc), end, ",");
}

function fieldDoc(field: ast.AstBodyField): Doc {
  const fold = field.fold === null ? [] : [nameDoc(field.fold), " "];
  const from = field.from === null ? [] : [" from ", fold, textDoc(field.from)];
  return [nameDoc(field.name), ": ", nameDoc(field.type), from];
}

export function groupRow(declaration: ast.AstGroupDeclaration): Row {
  const head = [keyword("group", declaration), " ", nameDoc(declaration.name)];
  const routes: Doc = ["= ", namesDoc(declaration.routes)];
  // No method, so it has no part in where patterns begin.
  const cells = [{ doc: head }, { doc: routes, widest: 0 }];
  return { ...cellRow("route", declaration, cells), broken: [head, " ", routes] };
}

export function factRow(fact: ast.AstFact): Row {
  const head = [keyword("fact", fact), " ", nameDoc(fact.name)];
  return cellRow("fact", fact, [
    { doc: head },
    { doc: [": ", nameDoc(fact.type)] },
    { doc: ["from header ", textDoc(fact.header)] },
  ]);
}

export function classRow(declaration: ast.AstClass): Row {
  const cases = declaration.cases.map((item) => [
    nameDoc(item.label),
    " ",
    clause("when", expressionDoc(item.when)),
    ",",
    line,
  ]);
  const value = group(indent([cases, clause("else", nameDoc(declaration.otherwise))]));
  return definitionRow("class", declaration, ["= ", value]);
}

/** `KEYWORD NAME = …`, aligned at the equals sign. */
function definitionRow(
  family: string,
  declaration: { readonly name: ast.Name; readonly span: ast.AstLet["span"] },
  value: Doc,
): Row {
  const head = [keyword(family, declaration), " ", nameDoc(declaration.name)];
  return { ...cellRow(family, declaration, [{ doc: head }, { doc: value }]), broken: [head, " ", value] };
}

export function tableRow(table: ast.AstTable, comments: SourceComments): Row {
  const types: Doc = [": ", nameDoc(table.from), " -> ", nameDoc(table.to), " = "];
  const entries = table.entries.map(({ key, value }) => [expressionDoc(key), ": ", expressionDoc(value)]);
  const last = table.entries.at(-1)?.value.span.end ?? table.to.span.end;
  const values = inlineBlock("", entries, comments.next("}", last) + 1, ",");
  return definitionRow("table", table, [types, values, " ", clause("else", expressionDoc(table.otherwise))]);
}

export function windowRow(window: ast.AstWindow): Row {
  const day = (name: ast.Name | null): Doc => (name === null ? [] : [nameDoc(name), " "]);
  const zone = window.zone === null ? [] : [" ", textDoc(window.zone)];
  const recurrence = window.recurrence === "once" ? "from" : window.recurrence;
  const value: Doc = [
    "= ",
    recurrence,
    " ",
    day(window.fromDay),
    rawDoc(window.from),
    " to ",
    day(window.toDay),
    rawDoc(window.to),
    zone,
  ];
  return definitionRow("window", window, value);
}

export function letRow(declaration: ast.AstLet): Row {
  return definitionRow("let", declaration, ["= ", expressionDoc(declaration.value)]);
}

/** A string of a scenario or test that may also be written as a name. */
export function idDoc(id: ast.Text): Doc {
  return /^[a-z][a-z0-9_]*$/.test(id.value) ? piece(id.value, id.span) : piece(quoted(id.value), id.span);
}
