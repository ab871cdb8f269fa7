/** Path parameters and body fields as names: each has one meaning in all routes, and none hides another name. */
import type { Route, Span } from "../../engine/index.ts";
import type { AstRoute } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Note } from "../diagnostic.ts";
import { RESERVED } from "./attributes.ts";
import type { Field } from "./context.ts";
import { DECLARED_TYPES } from "./declared-types.ts";
import type { Report } from "./report.ts";
import type { Scope } from "./scope.ts";
import { describe, STRING, sameType, type Type } from "./types.ts";

interface Mention {
  readonly name: string;
  readonly kind: Field["kind"];
  readonly type: Type;
  readonly route: number;
  readonly span: Span;
}

/** All fields by name. A name that means two things is reported at the later route. */
export function collectFields(
  routes: readonly Route[],
  declarations: readonly AstRoute[],
  scope: Scope,
  report: Report,
): ReadonlyMap<string, Field> {
  const fields = new Map<string, Field & { readonly routes: Set<number> }>();
  for (const mention of routes.flatMap((route, index) => mentions(route, index, declarations[index]))) {
    if (isTaken(mention, scope, report)) continue;
    const known = fields.get(mention.name);
    if (known === undefined)
      fields.set(mention.name, { kind: mention.kind, type: mention.type, routes: new Set([mention.route]) });
    else if (known.kind === mention.kind && sameType(known.type, mention.type)) known.routes.add(mention.route);
    else reportConflict(mention, known, routes, report);
  }
  return fields;
}

function mentions(route: Route, index: number, declaration: AstRoute | undefined): readonly Mention[] {
  const found: Mention[] = [];
  for (const segment of route.segments) {
    if (segment.kind !== "parameter") continue;
    const span = declaration?.pattern.span ?? route.span;
    found.push({ name: segment.name, kind: "param", type: STRING, route: index, span });
  }
  for (const field of route.body) {
    const type = DECLARED_TYPES.get(field.type) ?? STRING;
    const span = declaration?.body?.find((one) => one.name.text === field.name)?.name.span ?? route.span;
    found.push({ name: field.name, kind: "body", type, route: index, span });
  }
  return found;
}

const KINDS = { param: "path parameter", body: "body field" } as const;

function isTaken(mention: Mention, scope: Scope, report: Report): boolean {
  const declared = scope.find(mention.name);
  const attribute = RESERVED.has(mention.name);
  if (declared === undefined && !attribute) return false;
  const owner = attribute ? "an attribute of the language" : `a ${declared?.kind}`;
  report.error(
    SEMANTICS.nameTaken,
    mention.span,
    `the ${KINDS[mention.kind]} \`${mention.name}\` bears the name of ${owner}`,
    {
      help: renameHelp(mention),
      notes: declared === undefined ? [] : [{ message: `the ${declared.kind} is declared here`, span: declared.span }],
    },
  );
  return true;
}

function renameHelp(mention: Mention): string {
  const other = `${mention.name}_value`;
  return mention.kind === "param"
    ? `give it another name, such as \`{${other}}\``
    : `give it another name and say where it stands: \`${other}: ${describe(mention.type)} from "${mention.name}"\``;
}

function reportConflict(mention: Mention, known: Field, routes: readonly Route[], report: Report): void {
  const [first] = known.routes;
  const other = routes[first ?? 0]?.name ?? "";
  const is = `${KINDS[mention.kind]} of type \`${describe(mention.type)}\``;
  const was = `a ${KINDS[known.kind]} of type \`${describe(known.type)}\` in route \`${other}\``;
  report.error(SEMANTICS.fieldConflict, mention.span, `\`${mention.name}\` is a ${is} here and ${was}`, {
    help: renameHelp(mention),
    notes: noteOf(routes[first ?? 0]),
  });
}

function noteOf(route: Route | undefined): readonly Note[] {
  return route === undefined ? [] : [{ message: `the route \`${route.name}\` is declared here`, span: route.span }];
}
