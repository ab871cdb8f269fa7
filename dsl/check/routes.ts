/** Routes, groups, and the names that their parameters and body fields bring. */
import { EVIDENCE, METHODS } from "../../engine/index.ts";
import type { BodyField, Evidence, Method, Route } from "../../engine/index.ts";
import type { AstBodyField, AstRoute, Name } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { DECLARED_TYPES } from "./declared-types.ts";
import { readPattern } from "./patterns.ts";
import type { Report } from "./report.ts";
import { reportTies } from "./route-ties.ts";
import { didYouMean } from "./suggest.ts";
import { isNumeric } from "./types.ts";

/** Checks all routes; a wrong one stands in the result as far as it could be read, so that indices stay those of the text. */
export function checkRoutes(declarations: readonly AstRoute[], report: Report): readonly Route[] {
  const routes = declarations.map((declaration) => checkRoute(declaration, report));
  reportTies(routes, declarations, report);
  return routes;
}

function checkRoute(ast: AstRoute, report: Report): Route {
  const pattern = readPattern(ast.pattern.value);
  const declared = checkBody(ast, report);
  if (!pattern.ok) report.error(SEMANTICS.pattern, ast.pattern.span, pattern.message, { help: pattern.help });
  return {
    name: ast.name.text,
    doc: ast.doc,
    span: ast.span,
    methods: checkMethods(ast.methods, report),
    host: pattern.ok ? pattern.host : null,
    segments: pattern.ok ? pattern.segments : [],
    scopes: [...new Set((ast.scopes ?? []).map((scope) => scope.value))],
    minEvidence: ast.minEvidence === null ? null : checkEvidence(ast.minEvidence, report),
    body: ast.bodyReader === null ? declared : [...GRAPHQL_FIELDS, ...withoutNames(declared, GRAPHQL_FIELDS)],
  };
}

function checkMethods(names: readonly Name[], report: Report): readonly Method[] {
  const methods = new Map<Method, Name>();
  for (const name of names) {
    const method = METHODS.find((one) => one === name.text);
    const first = method === undefined ? undefined : methods.get(method);
    if (method === undefined) {
      report.error(SEMANTICS.routeMember, name.span, `there is no method \`${name.text}\``, {
        help: didYouMean(name.text, METHODS, `the methods are ${METHODS.join(", ")}`),
      });
    } else if (first !== undefined) {
      report.error(SEMANTICS.routeMember, name.span, `\`${name.text}\` is listed twice`, {
        help: "name each method once",
        notes: [{ message: "it stands here first", span: first.span }],
      });
    } else methods.set(method, name);
  }
  return [...methods.keys()];
}

function checkEvidence(name: Name, report: Report): Evidence | null {
  const evidence = EVIDENCE.find((one) => one === name.text);
  if (evidence !== undefined) return evidence;
  report.error(SEMANTICS.routeMember, name.span, `there is no evidence \`${name.text}\``, {
    help: didYouMean(name.text, EVIDENCE, `the kinds of evidence are ${EVIDENCE.join(", ")}`),
  });
  return null;
}

/** What reading a body as a GraphQL request gives. */
const GRAPHQL_FIELDS: readonly BodyField[] = [
  { name: "operation", type: "string", path: ["operation"], fold: null, reader: "graphql" },
  { name: "depth", type: "int", path: ["depth"], fold: null, reader: "graphql" },
  { name: "aliases", type: "int", path: ["aliases"], fold: null, reader: "graphql" },
];

function withoutNames(fields: readonly BodyField[], others: readonly BodyField[]): readonly BodyField[] {
  return fields.filter(({ name }) => others.every((other) => other.name !== name));
}

function checkBody({ body, bodyReader }: AstRoute, report: Report): readonly BodyField[] {
  const checked: BodyField[] = [];
  for (const field of body ?? []) {
    if (bodyReader !== null && GRAPHQL_FIELDS.some(({ name }) => name === field.name.text)) {
      report.error(SEMANTICS.routeMember, field.name.span, `\`graphql\` gives \`${field.name.text}\` already`, {
        help: `leave it out, or read the body's member under another name: \`${field.name.text}_value: … from "${field.name.text}"\``,
      });
      continue;
    }
    const type = DECLARED_TYPES.get(field.type.text);
    const path = bodyPath(field, report);
    const first = (body ?? []).find((other) => other.name.text === field.name.text);
    if (first !== undefined && first !== field) {
      report.error(SEMANTICS.routeMember, field.name.span, `the body has two fields \`${field.name.text}\``, {
        help: "give one another name, and say `from` where it stands",
        notes: [{ message: "the first one is here", span: first.name.span }],
      });
    } else if (type === undefined) reportFieldType(field, report);
    // One whose path is wrong is a name all the same: to say of each place that reads it that there is none would mislead.
    else checked.push(bodyField(field, type.scalar, path ?? [field.name.text]));
  }
  return checked;
}

function bodyField(field: AstBodyField, type: BodyField["type"], path: readonly string[]): BodyField {
  return { name: field.name.text, type, path, fold: foldOf(field), reader: "json" };
}

function foldOf({ fold }: AstBodyField): BodyField["fold"] {
  return (["sum", "max", "count"] as const).find((each) => each === fold?.text) ?? null;
}

function reportFieldType(field: AstBodyField, report: Report): void {
  report.error(SEMANTICS.routeMember, field.type.span, `there is no type \`${field.type.text}\``, {
    help: didYouMean(field.type.text, DECLARED_TYPES.keys(), `the types are ${[...DECLARED_TYPES.keys()].join(", ")}`),
  });
}

const MAX_PATH = 16;

/** Names from the body's top level to the field, `[]` for the elements of an array; null where they are wrong. */
function bodyPath(field: AstBodyField, report: Report): readonly string[] | null {
  const written = field.from?.value ?? field.name.text;
  const path = written.split(".").flatMap((name) => (name.endsWith("[]") ? [name.slice(0, -2), "[]"] : [name]));
  if (path.length > MAX_PATH || path.includes("") || path.some((name) => name !== "[]" && /[[\]]/.test(name))) {
    report.error(SEMANTICS.routeMember, field.from?.span ?? field.span, `\`${written}\` is not a path in a body`, {
      help: 'write member names with dots between them, `[]` after an array: `from "order.lines[].quantity"`',
    });
    return null;
  }
  return foldFits(field, path, written, report) ? path : null;
}

/** An array gives one value only where it says how: its sum, its largest, or how many there are. */
function foldFits(field: AstBodyField, path: readonly string[], written: string, report: Report): boolean {
  const { fold, type } = field;
  const refuse = (span: AstBodyField["span"], message: string, help: string): false => {
    report.error(SEMANTICS.routeMember, span, message, { help });
    return false;
  };
  const many = path.includes("[]");
  if (fold === null)
    return (
      !many ||
      refuse(
        field.from?.span ?? field.span,
        `\`${written}\` has many values`,
        `take one: \`from sum "${written}"\`, \`max\` or \`count\``,
      )
    );
  if (!many)
    return refuse(
      fold.span,
      `\`${written}\` has one value, and nothing to ${fold.text}`,
      `leave \`${fold.text}\` out, or write \`[]\` after the array`,
    );
  if (fold.text === "count")
    return (
      type.text === "int" ||
      refuse(type.span, `a count is an \`int\`, not \`${type.text}\``, `write \`${field.name.text}: int\``)
    );
  const declared = DECLARED_TYPES.get(type.text);
  return (
    declared === undefined ||
    isNumeric(declared) ||
    refuse(
      type.span,
      `\`${fold.text}\` takes numbers, not \`${type.text}\``,
      "declare it as int, number, size, duration or percent",
    )
  );
}
