/** Groups of routes; a group may hold other groups, but not itself. */
import type { AstGroupDeclaration, Name } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { type CheckContext, reportNotRoute } from "./context.ts";

type GroupContext = Pick<CheckContext, "report" | "scope" | "declarations">;

/** Route indices of every route and group by its name; a group with a wrong member has those that are right. */
export function resolveGroups(context: GroupContext): ReadonlyMap<string, readonly number[]> {
  const resolved = new Map<string, readonly number[]>();
  for (const [index, route] of context.declarations.routes.entries()) {
    if (!resolved.has(route.name.text)) resolved.set(route.name.text, [index]);
  }
  const groups = new Map(context.declarations.groups.toReversed().map((group) => [group.name.text, group]));
  for (const group of context.declarations.groups) {
    if (groups.get(group.name.text) === group) resolved.set(group.name.text, members(group, groups, resolved, context));
  }
  return resolved;
}

/** Follows groups within groups with a worklist, so that neither depth nor a cycle can hang it. */
function members(
  start: AstGroupDeclaration,
  groups: ReadonlyMap<string, AstGroupDeclaration>,
  resolved: ReadonlyMap<string, readonly number[]>,
  context: GroupContext,
): readonly number[] {
  const found = new Set<number>();
  const seen = new Set([start.name.text]);
  const waiting: Name[] = [...start.routes];
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const inner = groups.get(name.text);
    if (name.text === start.name.text) reportSelf(start, name, context);
    else if (inner !== undefined) {
      if (!seen.has(name.text)) waiting.push(...inner.routes);
      seen.add(name.text);
    } else {
      const route = context.scope.find(name.text)?.kind === "route" ? resolved.get(name.text) : undefined;
      for (const index of route ?? []) found.add(index);
      if (route === undefined && start.routes.includes(name))
        reportNotRoute(context, name, context.scope.find(name.text));
    }
  }
  return [...found].sort((a, b) => a - b);
}

function reportSelf(group: AstGroupDeclaration, name: Name, context: GroupContext): void {
  context.report.error(SEMANTICS.wrongKind, name.span, `the group \`${group.name.text}\` contains itself`, {
    help: "name routes here",
  });
}
