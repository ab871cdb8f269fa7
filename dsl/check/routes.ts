/** Routes, groups, and the names that their parameters and body fields bring. */
import { EVIDENCE, METHODS } from "../../engine/index.ts";
import type { BodyField, Evidence, Method, Route } from "../../engine/index.ts";
import type { AstBodyField, AstRoute, Name } from "../ast.ts";
import { NOT_BUILT } from "../codes/not-built.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { DECLARED_TYPES } from "./declared-types.ts";
import { readPattern } from "./patterns.ts";
import type { Report } from "./report.ts";
import { reportTies } from "./route-ties.ts";
import { didYouMean } from "./suggest.ts";

/** Checks all routes; a wrong one stands in the result as far as it could be read, so that indices stay those of the text. */
export function checkRoutes(declarations: readonly AstRoute[], report: Report): readonly Route[] {
  const routes = declarations.map((declaration) => checkRoute(declaration, report));
  reportTies(routes, declarations, report);
  return routes;
}

function checkRoute(ast: AstRoute, report: Report): Route {
  const pattern = readPattern(ast.pattern.value);
  if (!pattern.ok) report.error(SEMANTICS.pattern, ast.pattern.span, pattern.message, { help: pattern.help });
  if (ast.bodyReader !== null) {
    report.error(
      NOT_BUILT.body,
      ast.bodyReader.span,
      `a \`${ast.bodyReader.text}\` body is not read by this version yet`,
      {
        help: "declare the JSON fields that the policy needs: `body { query: string }`",
      },
    );
  }
  return {
    name: ast.name.text,
    doc: ast.doc,
    span: ast.span,
    methods: checkMethods(ast.methods, report),
    host: pattern.ok ? pattern.host : null,
    segments: pattern.ok ? pattern.segments : [],
    scopes: [...new Set((ast.scopes ?? []).map((scope) => scope.value))],
    minEvidence: ast.minEvidence === null ? null : checkEvidence(ast.minEvidence, report),
    body: checkBody(ast.body ?? [], report),
  };
}

function checkMethods(names: readonly Name[], report: Report): readonly Method[] {
  const methods = new Set<Method>();
  for (const name of names) {
    const method = METHODS.find((one) => one === name.text);
    if (method === undefined) {
      report.error(SEMANTICS.routeMember, name.span, `there is no method \`${name.text}\``, {
        help: didYouMean(name.text, METHODS, `the methods are ${METHODS.join(", ")}`),
      });
    } else if (methods.has(method)) {
      report.error(SEMANTICS.routeMember, name.span, `\`${name.text}\` is listed twice`, {
        help: "name each method once",
      });
    } else methods.add(method);
  }
  return [...methods];
}

function checkEvidence(name: Name, report: Report): Evidence | null {
  const evidence = EVIDENCE.find((one) => one === name.text);
  if (evidence !== undefined) return evidence;
  report.error(SEMANTICS.routeMember, name.span, `there is no evidence \`${name.text}\``, {
    help: didYouMean(name.text, EVIDENCE, `the kinds of evidence are ${EVIDENCE.join(", ")}`),
  });
  return null;
}

function checkBody(fields: readonly AstBodyField[], report: Report): readonly BodyField[] {
  const checked: BodyField[] = [];
  for (const field of fields) {
    const type = DECLARED_TYPES.get(field.type.text);
    const path = bodyPath(field, report);
    if (checked.some((other) => other.name === field.name.text)) {
      report.error(SEMANTICS.routeMember, field.name.span, `the body has two fields \`${field.name.text}\``, {
        help: "give one another name, and say `from` where it stands",
      });
    } else if (type === undefined) reportFieldType(field, report);
    else if (path !== null)
      checked.push({ name: field.name.text, type: type.scalar, path, fold: null, reader: "json" });
  }
  return checked;
}

function reportFieldType(field: AstBodyField, report: Report): void {
  report.error(SEMANTICS.routeMember, field.type.span, `there is no type \`${field.type.text}\``, {
    help: didYouMean(field.type.text, DECLARED_TYPES.keys(), `the types are ${[...DECLARED_TYPES.keys()].join(", ")}`),
  });
}

const MAX_PATH = 16;

/** Member names from the body's top level to the field; null where it is a sum over an array, which is not read. */
function bodyPath(field: AstBodyField, report: Report): readonly string[] | null {
  const written = field.from?.value ?? field.name.text;
  if (field.fold !== null || written.includes("[]")) {
    const words = field.fold === null ? written : `${field.fold.text} of ${written}`;
    report.error(NOT_BUILT.body, field.span, `\`${words}\` is not read by this version yet`, {
      help: "declare a field with a single value",
    });
    return null;
  }
  const path = written.split(".");
  if (path.length <= MAX_PATH && !path.includes("")) return path;
  report.error(SEMANTICS.routeMember, field.from?.span ?? field.span, `\`${written}\` is not a path in a body`, {
    help: 'write member names with dots between them: `from "order.customer.id"`',
  });
  return null;
}
