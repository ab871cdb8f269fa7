/** Declarations that nothing reads, and grants of routes that do not exist. */
import type { Expr, Span } from "../../engine/index.ts";
import { attackModel } from "../attack-models/registry.ts";
import { didYouMean } from "../check/suggest.ts";
import { walk } from "../check/walk.ts";
import type { CodeEntry } from "../codes/entry.ts";
import { LINTS } from "../codes/lints.ts";
import type { Attack } from "../scenario.ts";
import type { LintInput } from "./input.ts";
import { expressionsOf } from "./places.ts";

type Input = Pick<LintInput, "policy" | "declarations" | "scenarios" | "clients" | "report">;

/** Warns at declarations that nothing reads, and at grants of routes that are not declared. */
export function lintUnused(input: Input): void {
  const uses = usesOf(input);
  lintReadings(input, uses);
  lintRoutes(input, uses);
  lintGroups(input);
  lintOperations(input);
}

/** Everything that the expressions of a policy read. */
interface Uses {
  readonly list: Set<number>;
  readonly signal: Set<number>;
  readonly score: Set<number>;
  readonly let: Set<number>;
  readonly lookup: Set<number>;
  readonly window: Set<number>;
  readonly fact: Set<string>;
  /** Whether some attribute is read that depends on every route. */
  anyRoute: boolean;
}

const ROUTE_READERS: ReadonlySet<string> = new Set(["route", "granted", "param", "body"]);

function usesOf({ policy, declarations }: Input): Uses {
  const uses: Uses = {
    list: new Set(),
    signal: new Set(),
    score: new Set(),
    let: new Set(),
    lookup: new Set(),
    window: new Set(),
    fact: new Set(),
    anyRoute: false,
  };
  for (const expr of expressionsOf(policy)) walk(expr, (part) => note(part, uses));
  for (const name of testedScores(declarations)) {
    uses.score.add(policy.scores.findIndex((score) => score.name === name));
  }
  return uses;
}

function note(part: Expr, uses: Uses): void {
  if (part.kind === "list" || part.kind === "signal" || part.kind === "score" || part.kind === "let")
    uses[part.kind].add(part.index);
  if (part.kind === "lookup") uses.lookup.add(part.index);
  if (part.kind !== "attribute") return;
  if (part.name === "now.in") uses.window.add(Number(part.args[0]));
  if (part.name === "fact") uses.fact.add(String(part.args[0]));
  if (ROUTE_READERS.has(part.name)) uses.anyRoute = true;
}

/** A score that a test asks for is read by the test. */
function testedScores(declarations: Input["declarations"]): readonly string[] {
  return declarations.tests.flatMap((test) =>
    test.steps.flatMap((step) => (step.kind === "request" ? (step.expect?.score?.name.text ?? []) : [])),
  );
}

interface Named {
  readonly name: string;
  readonly span: Span;
}

function lintReadings({ policy, declarations, report }: Input, uses: Uses): void {
  const say = (entry: CodeEntry, noun: string, { name, span }: Named): void =>
    report.warning(entry, span, `the ${noun} \`${name}\` is never used`, { help: "use it, or take it out" });
  const unread = <T extends Named>(all: readonly T[], read: ReadonlySet<number>): readonly T[] =>
    all.filter((_, index) => !read.has(index));
  const classes = new Set(
    declarations.all.flatMap((declaration) => (declaration.kind === "class" ? declaration.name.text : [])),
  );
  for (const one of unread(policy.lists, uses.list)) say(LINTS.unusedList, "list", one);
  for (const one of unread(policy.signals, uses.signal)) say(LINTS.unusedSignal, "signal", one);
  for (const one of unread(policy.scores, uses.score)) say(LINTS.unusedScore, "score", one);
  for (const one of unread(policy.lets, uses.let)) say(LINTS.unusedLet, classes.has(one.name) ? "class" : "let", one);
  for (const one of unread(policy.tables, uses.lookup)) say(LINTS.unusedFact, "table", one);
  for (const one of unread(policy.windows, uses.window)) say(LINTS.unusedFact, "window", one);
  for (const one of policy.facts) if (!uses.fact.has(one.name)) say(LINTS.unusedFact, "fact", one);
}

/** Where `route` or `granted` is read, every route matters, so nothing is said then. */
function lintRoutes(input: Input, uses: Uses): void {
  const { policy, report } = input;
  if (uses.anyRoute) return;
  const used = usedRoutes(input);
  for (const [index, route] of policy.routes.entries()) {
    if (used.has(index)) continue;
    report.warning(LINTS.unusedRoute, route.span, `the route \`${route.name}\` is never used`, {
      help: `write a rule or limit \`on ${route.name}\`, or take it out`,
    });
  }
}

function usedRoutes({ policy, scenarios }: Input): ReadonlySet<number> {
  const used = new Set<number>();
  const add = (on: readonly number[] | null): void => {
    for (const index of on ?? []) used.add(index);
  };
  for (const one of [...policy.signals, ...policy.limits, ...policy.rules]) add(one.on);
  for (const { aggregate } of policy.signals) if (aggregate.kind === "elapsed") add(aggregate.routes);
  for (const source of policy.identity) add(source.on);
  for (const rule of policy.rules) if (rule.action.kind === "block") add(rule.action.ban?.on ?? null);
  for (const scenario of scenarios) {
    for (const population of scenario?.populations ?? []) add(population.mix.map((share) => share.route));
    for (const attack of scenario?.attacks ?? []) add(attackedRoutes(attack));
  }
  return used;
}

/** The target of an attack, and the routes among its parameters. */
function attackedRoutes({ model, target, parameters }: Attack): readonly number[] {
  const named = Object.entries(attackModel(model)?.parameters ?? {}).filter(([, { type }]) => type === "route");
  return [target, ...named.map(([name]) => parameters[name] ?? -1)].filter((route) => route >= 0);
}

/** A group is used where its name stands: the model knows its routes alone. */
function lintGroups({ declarations, report }: Input): void {
  if (declarations.groups.length === 0) return;
  const named = new Set<string>();
  for (const declaration of declarations.all) for (const name of namesIn(declaration)) named.add(name);
  for (const group of declarations.groups) {
    if (named.has(group.name.text)) continue;
    report.warning(LINTS.unusedGroup, group.span, `the group \`${group.name.text}\` is never used`, {
      help: `write \`on ${group.name.text}\` in a rule, limit or signal, or take it out`,
    });
  }
}

/** Every name within a declaration but its own. */
function namesIn(declaration: Input["declarations"]["all"][number]): ReadonlySet<string> {
  const found = new Set<string>();
  const own = "name" in declaration ? declaration.name.span.start : -1;
  const waiting: unknown[] = [declaration];
  for (let value = waiting.pop(); value !== undefined; value = waiting.pop()) {
    if (typeof value !== "object" || value === null) continue;
    if (isName(value) && value.span.start !== own) found.add(value.text);
    for (const part of Object.values(value)) if (typeof part === "object" && part !== null) waiting.push(part);
  }
  return found;
}

function isName(value: unknown): value is { readonly text: string; readonly span: Span } {
  return typeof value === "object" && value !== null && "text" in value && "span" in value;
}

/** Silent where the policy declares no routes: then it says nothing about operations. */
function lintOperations({ policy, clients, report }: Input): void {
  const routes = new Set(policy.routes.map((route) => route.name));
  if (routes.size === 0) return;
  for (const { client, operations } of clients) {
    for (const { name, span } of operations) {
      if (name === "*" || routes.has(name)) continue;
      report.warning(
        LINTS.unknownOperation,
        span,
        `\`${name}\`, granted to the client \`${client.id}\`, is no route of this policy`,
        {
          help: didYouMean(name, routes, "name a declared route, or take the operation out"),
        },
      );
    }
  }
}
