/** Trees of declarations that say what exists: policy, imports, identity, lists, routes and values of one's own. */
import type { CstNode, IToken } from "chevrotain";
import type * as ast from "../ast.ts";
import { readAddress, readTime, readTimeOfDay } from "../literals.ts";
import { type BuildContext, child, children, childOrNull, has, token, tokenOrNull, tokens } from "./context.ts";
import * as e from "./expressions.ts";

/** What every declaration has: its place and its documentation. */
export interface DeclarationBase {
  readonly span: ast.AstPolicy["span"];
  readonly doc: string;
}
/** Builds one kind of declaration. */
export type DeclarationBuilder = (
  node: CstNode,
  base: DeclarationBase,
  context: BuildContext,
) => ast.AstDeclarationNode;

export function buildPolicy(node: CstNode, base: DeclarationBase, context: BuildContext): ast.AstPolicy {
  const settings = children(node, "setting").map((setting) => buildSetting(setting, context));
  reportRepeats(
    settings.map((setting) => setting.name),
    context,
  );
  return { kind: "policy", ...base, name: context.text(token(node, "Text")), settings };
}

function buildSetting(node: CstNode, context: BuildContext): ast.AstSetting {
  const text = tokenOrNull(node, "Text");
  const numeral = tokenOrNull(node, "Numeral");
  return {
    name: context.name(token(node, "name")),
    value:
      text !== null
        ? context.text(text)
        : numeral !== null
          ? e.quantity(numeral, context)
          : context.name(token(node, "value")),
    span: context.spanOf(node),
  };
}

/** Reports every name that stands a second time. */
export function reportRepeats(names: readonly ast.Name[], context: BuildContext): void {
  if (names.length < 2) return;
  const seen = new Map<string, ast.Name>();
  for (const name of names) {
    const first = seen.get(name.text);
    if (first === undefined) seen.set(name.text, name);
    else context.givenTwice(name.text, name.span, first.span);
  }
}

export function buildImport(node: CstNode, base: DeclarationBase, context: BuildContext): ast.AstImport {
  return { kind: "import", ...base, path: context.text(token(node, "Text")) };
}

export function buildTrust(node: CstNode, base: DeclarationBase, context: BuildContext): ast.AstTrust {
  const hops = tokenOrNull(node, "Numeral");
  return {
    kind: "trust",
    ...base,
    networks: tokens(node, "Address").map((address) => readAddress(address.image, context.spanOf(address), context)),
    hops: hops === null ? null : e.count(hops, context),
  };
}

export function buildIdentity(node: CstNode, base: DeclarationBase, context: BuildContext): ast.AstIdentity {
  return {
    kind: "identity",
    ...base,
    sources: children(node, "identitySource").map((source) => buildSource(source, context)),
  };
}

function buildSource(node: CstNode, context: BuildContext): ast.AstIdentitySource {
  const text = tokenOrNull(node, "Text");
  const argument = tokenOrNull(node, "argument");
  const on = childOrNull(node, "names");
  return {
    sort: context.name(token(node, "sort")),
    argument: text !== null ? context.text(text) : argument !== null ? context.name(argument) : null,
    members: buildMembers(child(node, "members"), context),
    on: on === null ? null : e.buildNames(on, context),
    span: context.spanOf(node),
  };
}

function buildMembers(node: CstNode, context: BuildContext): readonly ast.AstMember[] {
  return children(node, "member").map((member) => buildMember(member, context));
}

function buildMember(node: CstNode, context: BuildContext): ast.AstMember {
  const span = context.spanOf(node);
  const claim = tokenOrNull(node, "claim");
  if (claim !== null) return buildClaim(node, claim, context);
  const words = tokens(node, "word").map((word) => context.name(word));
  const value = childOrNull(node, "memberValue");
  const block = childOrNull(node, "members");
  return {
    words,
    values: value === null ? [] : [buildMemberValue(value, context)],
    block: block === null ? null : buildMembers(block, context),
    span,
  };
}

/** `NAME: TYPE [from "path"]` of `claims { … }`: the word is the name, the values are its type and path. */
function buildClaim(node: CstNode, claim: IToken, context: BuildContext): ast.AstMember {
  const type = context.name(token(node, "type"));
  const path = tokenOrNull(node, "path");
  const values: ast.AstExpr[] = [{ kind: "name", parts: [type], index: null, args: null, span: type.span }];
  if (path !== null) values.push(stringLiteral(path, context));
  return { words: [context.declaredName(claim)], values, block: null, span: context.spanOf(node) };
}

function buildMemberValue(node: CstNode, context: BuildContext): ast.AstExpr {
  const text = tokenOrNull(node, "Text");
  if (text !== null) return stringLiteral(text, context);
  const number = childOrNull(node, "number");
  return number !== null ? e.buildNumber(number, context) : e.buildList(child(node, "listLiteral"), context);
}

function stringLiteral(text: IToken, context: BuildContext): ast.AstLiteral {
  const { value, span } = context.text(text);
  return { kind: "literal", type: "string", value, raw: text.image, span };
}

export function buildClients(node: CstNode, base: DeclarationBase, context: BuildContext): ast.AstClients {
  return { kind: "clients", ...base, path: context.text(token(node, "Text")) };
}

export function buildListDeclaration(
  node: CstNode,
  base: DeclarationBase,
  context: BuildContext,
): ast.AstListDeclaration {
  const items = childOrNull(node, "items");
  const file = tokenOrNull(node, "Text");
  return {
    kind: "list_declaration",
    ...base,
    name: context.declaredName(token(node, "name")),
    type: context.name(token(node, "type")),
    items: items === null ? null : e.buildList(items, context).items,
    file: file === null ? null : context.text(file),
  };
}

export function buildRoute(node: CstNode, base: DeclarationBase, context: BuildContext): ast.AstRoute {
  const clauses = children(node, "routeClause");
  const find = (key: string): CstNode | null => clauses.find((clause) => has(clause, key)) ?? null;
  reportRepeats(
    clauses.map((clause) => clauseName(clause, ["SCOPES", "MIN_EVIDENCE", "BODY"], context)),
    context,
  );
  const scopes = find("SCOPES");
  const evidence = find("MIN_EVIDENCE");
  const body = find("BODY");
  const fields = body === null ? null : childOrNull(body, "bodyFields");
  const reader = body === null ? null : tokenOrNull(body, "GRAPHQL");
  return {
    kind: "route",
    ...base,
    name: context.declaredName(token(node, "name")),
    methods: tokens(node, "method").map((method) => context.name(method)),
    pattern: context.text(token(node, "Text")),
    scopes: scopes === null ? null : e.buildTexts(child(scopes, "texts"), context),
    minEvidence: evidence === null ? null : context.name(token(evidence, "evidence")),
    body: fields === null ? null : children(fields, "bodyField").map((field) => buildBodyField(field, context)),
    bodyReader: reader === null ? null : context.name(reader),
  };
}

/** The keyword that a clause begins with, for {@link reportRepeats}. */
export function clauseName(node: CstNode, keys: readonly string[], context: BuildContext): ast.Name {
  for (const key of keys) {
    const keyword = tokenOrNull(node, key);
    if (keyword !== null) return context.name(keyword);
  }
  throw new Error(`a clause of ${node.name} has no keyword`);
}

function buildBodyField(node: CstNode, context: BuildContext): ast.AstBodyField {
  const from = tokenOrNull(node, "Text");
  const fold = tokenOrNull(node, "fold");
  return {
    name: context.declaredName(token(node, "name")),
    type: context.name(token(node, "type")),
    from: from === null ? null : context.text(from),
    fold: fold === null ? null : context.name(fold),
    span: context.spanOf(node),
  };
}

export function buildGroup(node: CstNode, base: DeclarationBase, context: BuildContext): ast.AstGroupDeclaration {
  const routes = e.buildNames(child(node, "names"), context);
  return { kind: "group", ...base, name: context.declaredName(token(node, "name")), routes };
}

export function buildFact(node: CstNode, base: DeclarationBase, context: BuildContext): ast.AstFact {
  return {
    kind: "fact",
    ...base,
    name: context.declaredName(token(node, "name")),
    type: context.name(token(node, "type")),
    header: context.text(token(node, "Text")),
  };
}

export function buildClass(node: CstNode, base: DeclarationBase, context: BuildContext): ast.AstClass {
  return {
    kind: "class",
    ...base,
    name: context.declaredName(token(node, "name")),
    cases: children(node, "classCase").map((item) => ({
      label: context.declaredName(token(item, "label")),
      when: e.buildExpression(child(item, "expression"), context),
    })),
    otherwise: context.declaredName(token(node, "otherwise")),
  };
}

export function buildTable(node: CstNode, base: DeclarationBase, context: BuildContext): ast.AstTable {
  return {
    kind: "table",
    ...base,
    name: context.declaredName(token(node, "name")),
    from: context.name(token(node, "from")),
    to: context.name(token(node, "to")),
    entries: children(node, "tableEntry").map((entry) => ({
      key: e.buildPrimary(child(entry, "key"), context),
      value: e.buildPrimary(child(entry, "value"), context),
    })),
    otherwise: e.buildPrimary(child(node, "otherwise"), context),
  };
}

export function buildWindow(node: CstNode, base: DeclarationBase, context: BuildContext): ast.AstWindow {
  const hours = childOrNull(node, "hours");
  const zone = hours === null ? null : tokenOrNull(hours, "zone");
  const fromDay = tokenOrNull(node, "fromDay");
  const toDay = hours === null ? null : tokenOrNull(hours, "toDay");
  const read = hours === null ? readTime : readTimeOfDay;
  const edge = (key: string): ast.AstLiteral => {
    const time = token(hours ?? node, key);
    return read(time.image, context.spanOf(time), context);
  };
  return {
    kind: "window",
    ...base,
    name: context.declaredName(token(node, "name")),
    recurrence: has(node, "WEEKLY") ? "weekly" : has(node, "DAILY") ? "daily" : "once",
    fromDay: fromDay === null ? null : context.name(fromDay),
    from: edge("start"),
    toDay: toDay === null ? null : context.name(toDay),
    to: edge("end"),
    zone: zone === null ? null : context.text(zone),
  };
}

export function buildLet(node: CstNode, base: DeclarationBase, context: BuildContext): ast.AstLet {
  const value = e.buildExpression(child(node, "expression"), context);
  return { kind: "let", ...base, name: context.declaredName(token(node, "name")), value };
}
