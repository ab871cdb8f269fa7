/** Parameters and fields of the body that a declaration reads on routes of which none has them. */
import type { Expr, Policy, Route } from "../../engine/index.ts";
import { walk } from "../check/walk.ts";
import { LINTS } from "../codes/lints.ts";
import type { LintInput } from "./input.ts";
import { optionsOf, partsOf } from "./places.ts";

interface Reader {
  readonly what: string;
  readonly on: readonly number[] | null;
  readonly reads: readonly (Expr | null)[];
}

/** Warns where what is read can never be there, so that a signal counts nothing or a condition never holds. */
export function lintFields({ policy, report }: Pick<LintInput, "policy" | "report">): void {
  for (const { what, on, reads } of readersIn(policy)) {
    if (on === null) continue;
    const told = new Set<string>();
    for (const expr of reads) {
      if (expr === null) continue;
      walk(expr, (part) => {
        if (part.kind !== "attribute" || (part.name !== "param" && part.name !== "body")) return;
        const name = String(part.args[0]);
        if (told.has(name) || on.some((index) => hasField(policy.routes[index], name))) return;
        told.add(name);
        const message = `\`${name}\` is always missing here: no route of ${what} has it`;
        report.warning(LINTS.absentField, part.span, message, { help: helpFor(name, policy) });
      });
    }
  }
}

function readersIn({ signals, limits, rules }: Policy): readonly Reader[] {
  return [
    ...signals.map(({ name, on, where, aggregate, keys }) => ({
      what: `the signal \`${name}\``,
      on,
      reads: [where, ...partsOf(aggregate), ...optionsOf(keys)],
    })),
    ...limits.map(({ name, on, when, cost, refund, keys }) => ({
      what: `the limit \`${name}\``,
      on,
      reads: [when, cost, refund, ...optionsOf(keys)],
    })),
    ...rules.map(({ name, on, when, action }) => ({
      what: `the rule \`${name}\``,
      on,
      reads: [when, ...(action.kind === "block" && action.ban !== null ? optionsOf(action.ban.keys) : [])],
    })),
  ];
}

function hasField(route: Route | undefined, name: string): boolean {
  if (route === undefined) return false;
  return (
    route.body.some((field) => field.name === name) ||
    route.segments.some((one) => one.kind === "parameter" && one.name === name)
  );
}

function helpFor(name: string, { routes }: Policy): string {
  const having = routes.filter((route) => hasField(route, name)).map((route) => `\`${route.name}\``);
  const some = having.length > 3 ? [...having.slice(0, 3), `${having.length - 3} more`] : having;
  return `${some.join(", ")} ${having.length === 1 ? "has" : "have"} it: stand on such a route, or declare it here`;
}
