/** Trees of `test` blocks. */
import type { CstNode, IToken } from "chevrotain";
import type * as ast from "../ast.ts";
import { readAddress, readTime } from "../literals.ts";
import { type BuildContext, child, children, childOrNull, has, token, tokenOrNull, tokens } from "./context.ts";
import { clauseName, type DeclarationBase, reportRepeats } from "./declarations.ts";
import * as e from "./expressions.ts";

export function buildTest(node: CstNode, base: DeclarationBase, context: BuildContext): ast.AstTest {
  const clock = tokenOrNull(node, "Time");
  return {
    kind: "test",
    ...base,
    name: context.text(token(node, "Text")),
    clock: clock === null ? null : readTime(clock.image, context.spanOf(clock), context),
    steps: children(node, "step").map((step) => buildStep(step, context)),
  };
}

function buildStep(node: CstNode, context: BuildContext): ast.AstRequestStep | ast.AstReloadStep {
  const at = e.duration(token(node, "time"), context);
  const span = context.spanOf(node);
  if (has(node, "RELOAD")) return { kind: "reload", at, path: context.text(token(node, "Text")), span };
  const request = child(node, "request");
  const repeat = childOrNull(node, "repetition");
  const address = token(request, "Address");
  const from = readAddress(address.image, context.spanOf(address), context);
  if (from.type !== "ip")
    context.error("EP1108", `\`${from.raw}\` is a network`, from.span, "a request comes from one address");
  return {
    kind: "request",
    at,
    repeat: repeat === null ? null : buildRepeat(repeat, context),
    method: context.name(token(request, "method")),
    path: context.text(token(request, "Text")),
    from,
    ...buildRequestClauses(children(request, "requestClause"), context),
    span,
  };
}

function buildRepeat(node: CstNode, context: BuildContext): NonNullable<ast.AstRequestStep["repeat"]> {
  const counter = tokenOrNull(node, "counter");
  return {
    times: e.atLeastOne(e.count(token(node, "times"), context), "a step repeats", context),
    every: e.duration(token(node, "every"), context),
    as: counter === null ? null : context.declaredName(counter),
  };
}

type RequestClauses = Omit<ast.AstRequestStep, "kind" | "at" | "repeat" | "method" | "path" | "from" | "span">;

const CLAUSES = [
  ...["ASN", "COUNTRY", "JA4", "CLIENT", "EVIDENCE", "PASS", "CREDENTIAL", "REFUSED"],
  ...["SCOPES", "CLAIMS", "BODY", "SIZE", "RESPOND"],
];

function buildRequestClauses(nodes: readonly CstNode[], context: BuildContext): RequestClauses {
  const single = nodes.filter((node) => !has(node, "HEADER") && !has(node, "expectation"));
  reportRepeats(
    single.map((node) => clauseName(childOrNull(node, "shownCredential") ?? node, CLAUSES, context)),
    context,
  );
  const find = <T>(key: string, build: (node: CstNode) => T): T | null => {
    const found = nodes.find((node) => has(node, key));
    return found === undefined ? null : build(found);
  };
  const text = (node: CstNode): ast.Text => context.text(token(node, "Text"));
  const word = (node: CstNode): ast.Name => context.name(token(node, "Word"));
  const object = (node: CstNode): ast.AstJson => buildObject(child(node, "jsonObject"), context);
  return {
    asn: find("ASN", (node) => e.count(token(node, "Numeral"), context)),
    country: find("COUNTRY", text),
    ja4: find("JA4", text),
    client: find("CLIENT", (node) => clientId(node, context)),
    evidence: find("EVIDENCE", word),
    pass: find("PASS", word),
    credential: find("shownCredential", (node) => buildCredential(child(node, "shownCredential"), context)),
    refused: find("REFUSED", word),
    scopes: find("SCOPES", (node) => e.buildTexts(child(node, "texts"), context)),
    claims: find("CLAIMS", object),
    headers: nodes.filter((node) => has(node, "HEADER")).map((node) => buildHeader(node, context)),
    body: find("BODY", object),
    size: find("SIZE", (node) => e.size(token(node, "Numeral"), context)),
    respond: find("RESPOND", (node) => buildAnswer(node, context)),
    expect: buildExpectations(nodes, context),
  };
}

/** A client's id, written as a name or, where it is none, as a string. */
function clientId(node: CstNode, context: BuildContext): ast.Text {
  const word = tokenOrNull(node, "Word");
  return word === null ? context.text(token(node, "Text")) : { value: word.image, span: context.spanOf(word) };
}

function buildCredential(node: CstNode, context: BuildContext): ast.AstCredential {
  const id = tokenOrNull(node, "Text");
  const time = (key: string): ast.AstLiteral | null => {
    const found = tokenOrNull(node, key);
    return found === null ? null : readTime(found.image, context.spanOf(found), context);
  };
  const span = context.spanOf(node);
  return { id: id === null ? null : context.text(id), issued: time("Time"), expires: time("end"), span };
}

function buildHeader(node: CstNode, context: BuildContext): ast.AstHeader {
  const [name, value] = tokens(node, "Text") as [IToken, IToken];
  return { name: context.text(name), value: context.text(value) };
}

function buildAnswer(node: CstNode, context: BuildContext): ast.AstAnswer {
  const clauses = children(node, "answerClause");
  const single = clauses.filter((clause) => !has(clause, "HEADER"));
  reportRepeats(
    single.map((clause) => clauseName(clause, ["AFTER", "SIZE", "LATENCY"], context)),
    context,
  );
  const find = (key: string, read: typeof e.count): ast.Quantity | null => {
    const found = clauses.find((clause) => has(clause, key));
    return found === undefined ? null : read(token(found, "Numeral"), context);
  };
  return {
    status: e.count(token(node, "Numeral"), context),
    size: find("SIZE", e.size),
    latency: find("LATENCY", e.duration),
    headers: clauses.filter((clause) => has(clause, "HEADER")).map((clause) => buildHeader(clause, context)),
    after: find("AFTER", e.duration),
  };
}

function buildExpectations(nodes: readonly CstNode[], context: BuildContext): ast.AstExpectation | null {
  const [first, second] = nodes.filter((node) => has(node, "expectation")).map((node) => child(node, "expectation"));
  if (first === undefined) return null;
  if (second !== undefined) context.givenTwice("expect", context.spanOf(second), context.spanOf(first));
  return buildExpectation(first, context);
}

const EXPECTATION_CLAUSES = ["BY", "AFTER", "STATUS", "SHADOW", "DELAY", "SCORE"];

function buildExpectation(node: CstNode, context: BuildContext): ast.AstExpectation {
  const clauses = children(node, "expectationClause");
  reportRepeats(
    clauses.map((clause) => clauseName(clause, EXPECTATION_CLAUSES, context)),
    context,
  );
  const find = <T>(key: string, build: (node: CstNode) => T): T | null => {
    const found = clauses.find((clause) => has(clause, key));
    return found === undefined ? null : build(found);
  };
  const word = (clause: CstNode): ast.Name => context.name(token(clause, "Word"));
  const numeral = (clause: CstNode): IToken => token(clause, "Numeral");
  return {
    verdict: context.name(token(node, "verdict")),
    by: find("BY", word),
    after: find("AFTER", (clause) => e.duration(numeral(clause), context)),
    status: find("STATUS", (clause) => e.count(numeral(clause), context)),
    shadow: find("SHADOW", word),
    delay: find("DELAY", (clause) => e.duration(numeral(clause), context)),
    score: find("SCORE", (clause) => ({ name: word(clause), value: e.count(numeral(clause), context) })),
    span: context.spanOf(node),
  };
}

function buildObject(node: CstNode, context: BuildContext): ast.AstJson {
  const members = children(node, "jsonMember").map((member) => ({
    name: memberName(token(member, "name"), context),
    value: buildJson(child(member, "jsonValue"), context),
  }));
  reportRepeats(
    members.map(({ name }) => ({ text: name.value, span: name.span })),
    context,
  );
  return { kind: "object", members, span: context.spanOf(node) };
}

function memberName(name: IToken, context: BuildContext): ast.Text {
  return name.image.startsWith('"') ? context.text(name) : { value: name.image, span: context.spanOf(name) };
}

const WORD_VALUES: Readonly<Record<string, boolean | null>> = { true: true, false: false, null: null };

function buildJson(node: CstNode, context: BuildContext): ast.AstJson {
  const span = context.spanOf(node);
  const object = childOrNull(node, "jsonObject");
  if (object !== null) return buildObject(object, context);
  if (has(node, "LeftBracket")) {
    return { kind: "array", items: children(node, "jsonValue").map((item) => buildJson(item, context)), span };
  }
  const text = tokenOrNull(node, "Text");
  if (text !== null) return { kind: "value", value: context.text(text).value, raw: text.image, span };
  const word = tokenOrNull(node, "word");
  if (word !== null) return { kind: "value", value: WORD_VALUES[word.image] ?? null, raw: word.image, span };
  return buildJsonNumber(node, context);
}

function buildJsonNumber(node: CstNode, context: BuildContext): ast.AstJson {
  const read = e.quantity(token(node, "Numeral"), context);
  if (read.kind !== "int" && read.kind !== "decimal") {
    context.error("EP1107", `\`${read.raw}\` is not a JSON number`, read.span, "values of a body have no unit");
  }
  const negative = has(node, "Minus");
  const raw = negative ? `-${read.raw}` : read.raw;
  return { kind: "value", value: negative ? -read.value : read.value, raw, span: context.spanOf(node) };
}
