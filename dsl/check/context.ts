/** What checking one policy shares, and the place where an expression stands. */
import type { Route } from "../../engine/index.ts";
import type { Name } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Declarations } from "./declarations.ts";
import type { Lets } from "./lets.ts";
import { type Presence, union } from "./presence.ts";
import type { Report } from "./report.ts";
import type { Declared, Scope } from "./scope.ts";
import { didYouMean } from "./suggest.ts";
import type { Type } from "./types.ts";

/** A path parameter or body field: one name has one meaning in all routes. */
export interface Field {
  readonly kind: "param" | "body";
  readonly type: Type;
  /** Indices of the routes that declare it. */
  readonly routes: ReadonlySet<number>;
}

/** What every part of the checker reads; built once a policy. */
export interface CheckContext {
  readonly report: Report;
  readonly scope: Scope;
  readonly declarations: Declarations;
  readonly routes: readonly Route[];
  /** The enumeration of declared routes. */
  readonly routeType: Type;
  readonly fields: ReadonlyMap<string, Field>;
  /** Types of facts, and of the claims that `jwt` sources declare, by name. */
  readonly facts: ReadonlyMap<string, Type>;
  readonly claims: ReadonlyMap<string, Type>;
  /** Route indices of every declared route and group, by its name. */
  readonly groups: ReadonlyMap<string, readonly number[]>;
  readonly lets: Lets;
  /** False where the inventory could not be read, so that nothing is said about clients that it may have. */
  readonly inventoryRead: boolean;
  /** How deep the expression being checked nests. */
  readonly depth: { value: number };
}

/** Where an expression stands: what is known to be present there. */
export interface Site {
  readonly context: CheckContext;
  readonly present: Presence;
  /** Set where `on` could not be read, so that nothing is said about parameters that it may provide. */
  readonly lenient: boolean;
  /** Words that may stand here in place of a name. */
  readonly words?: readonly string[];
}

/** The routes of an `on` clause; `indices` is null for every request, `known` false where a name in it is wrong. */
export interface On {
  readonly indices: readonly number[] | null;
  readonly known: boolean;
}

/** No `on` clause: every request. */
export const EVERYWHERE: On = { indices: null, known: true };

/** Resolves the routes and groups of an `on` clause to route indices, in order and each once. */
export function resolveOn(context: CheckContext, names: readonly Name[] | null): On {
  if (names === null) return EVERYWHERE;
  const indices = new Set<number>();
  let known = true;
  for (const name of names) {
    const routes = routesOf(context, name);
    if (routes === null) known = false;
    else for (const index of routes) indices.add(index);
  }
  return { indices: [...indices].sort((a, b) => a - b), known };
}

function routesOf(context: CheckContext, name: Name): readonly number[] | null {
  const routes = context.groups.get(name.text);
  if (routes !== undefined) return routes;
  const found = context.scope.find(name.text);
  if (found !== undefined && (found.kind === "route" || found.kind === "group")) return null;
  reportNotRoute(context, name, found);
  return null;
}

/** Says that a name is no route, with the nearest one that is. */
export function reportNotRoute(
  context: Pick<CheckContext, "report" | "scope">,
  name: Name,
  found: Declared | undefined,
): void {
  const routes = context.scope.names("route", "group");
  if (found === undefined && context.scope.isUnread(name.text)) return;
  if (found === undefined) {
    const help = didYouMean(name.text, routes, `declare it: \`route ${name.text} = GET "/…"\``);
    context.report.error(SEMANTICS.unknownName, name.span, `there is no route \`${name.text}\``, { help });
    return;
  }
  context.report.error(SEMANTICS.wrongKind, name.span, `\`${name.text}\` is a ${found.kind}, not a route`, {
    help: didYouMean(name.text, routes, "name a route or a group here"),
    notes: [{ message: `the ${found.kind} is declared here`, span: found.span }],
  });
}

/** A place whose `on` is given: the route is present, and so are the parameters that all its routes declare. */
export function siteOn(context: CheckContext, on: On): Site {
  const present = new Set<string>();
  if (on.indices !== null && on.indices.length > 0) {
    present.add("route");
    for (const [name, field] of context.fields) {
      if (field.kind === "param" && on.indices.every((index) => field.routes.has(index))) present.add(name);
    }
  }
  return { context, present, lenient: !on.known };
}

/** The same place after guards that are known to hold there. */
export function withPresent(site: Site, guards: Presence): Site {
  return guards.size === 0 ? site : { ...site, present: union(site.present, guards) };
}
