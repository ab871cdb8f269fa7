/**
 * Ties between routes. The most specific pattern wins (literal over parameter over `**`, left to right), so two routes tie
 * where they accept one method, their hosts are alike, and their patterns differ in nothing but names of parameters.
 */
import type { Route, Segment } from "../../engine/index.ts";
import type { AstRoute } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Report } from "./report.ts";

/** Reports each tie at the later of its two routes. */
export function reportTies(routes: readonly Route[], declarations: readonly AstRoute[], report: Report): void {
  const first = new Map<string, number>();
  for (const [index, route] of routes.entries()) {
    if (route.segments.length === 0) continue;
    const rivals = new Set<number>();
    for (const method of route.methods) {
      const shape = JSON.stringify([method, route.host, route.segments.map(shapeOf)]);
      const rival = first.get(shape);
      if (rival === undefined) first.set(shape, index);
      else rivals.add(rival);
    }
    for (const rival of rivals) reportTie(index, rival, declarations, report);
  }
}

/** What specificity looks at. */
function shapeOf(segment: Segment): string {
  return segment.kind === "literal" ? `=${segment.text}` : segment.kind;
}

function reportTie(index: number, rival: number, declarations: readonly AstRoute[], report: Report): void {
  const [second, first] = [declarations[index], declarations[rival]];
  if (second === undefined || first === undefined) return;
  const message = `the routes \`${first.name.text}\` and \`${second.name.text}\` match the same requests`;
  report.error(SEMANTICS.routesTie, second.pattern.span, message, {
    help: "make one pattern more specific, or let them accept different methods",
    notes: [{ message: `\`${first.name.text}\` is declared here`, span: first.pattern.span }],
  });
}
