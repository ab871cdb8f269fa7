/**
 * Whether conditions can hold together. The answer "no" is a proof; "yes" means only that no contradiction was found.
 *
 * It takes conditions apart like an analytic tableau and narrows the values of each subject. A missing value makes no
 * difference: a checked condition never depends on one, so any value may be assumed for it.
 */
import type { Expr, Policy, Route } from "../../engine/index.ts";
import { isEmpty, keepOnly, type Domain } from "./domains.ts";
import { type Statement, statementOf } from "./atoms.ts";

/** A condition that holds, or does not. */
export interface Goal {
  readonly expr: Expr;
  readonly holds: boolean;
}

/** Work that the lints of one policy may take together; afterwards everything counts as possible. */
export class Budget {
  #left: number;

  constructor(steps: number) {
    this.#left = steps;
  }

  get exhausted(): boolean {
    return this.#left <= 0;
  }

  /** Takes one step; false when none is left. */
  spend(): boolean {
    this.#left -= 1;
    return this.#left >= 0;
  }
}

/** One question takes at most this many steps. */
const MAX_STEPS = 4000;

/** Answers questions about the conditions of one policy. */
export class Solver {
  readonly #policy: Policy;
  readonly #budget: Budget;

  constructor(policy: Policy, budget: Budget) {
    this.#policy = policy;
    this.#budget = budget;
  }

  /** Whether all goals may hold for some request on the given routes (null: on any path). */
  canHold(goals: readonly Goal[], on: readonly number[] | null): boolean {
    const domains = new Map<string, Domain>();
    const routes =
      on === null ? null : on.map((index) => this.#policy.routes[index]).filter((route) => route !== undefined);
    for (const statement of routes === null ? [] : routeStatements(routes, this.#policy)) narrow(domains, statement);
    return this.#search([...goals], domains, new Budget(MAX_STEPS));
  }

  /** Takes goals apart until a contradiction or a choice is met; then tries each choice. */
  #search(goals: Goal[], domains: Map<string, Domain>, own: Budget): boolean {
    const choices: (readonly Goal[])[] = [];
    for (let goal = goals.pop(); goal !== undefined; goal = goals.pop()) {
      if (!this.#budget.spend() || !own.spend()) return true;
      const { expr, holds } = goal;
      if (expr.kind === "literal" && typeof expr.value === "boolean") {
        if (expr.value !== holds) return false;
      } else if (expr.kind === "not") goals.push({ expr: expr.item, holds: !holds });
      else if (expr.kind === "let") goals.push({ expr: this.#policy.lets[expr.index]?.expr ?? expr, holds });
      else if (expr.kind === "and" || expr.kind === "or") {
        const items = expr.items.map((item) => ({ expr: item, holds }));
        if ((expr.kind === "and") === holds) goals.push(...items);
        else choices.push(items);
      } else if (!narrow(domains, statementOf(expr, holds, this.#policy))) return false;
    }
    const [choice, ...others] = choices.toSorted((a, b) => a.length - b.length);
    if (choice === undefined) return true;
    const rest = others.map((items) => choiceGoal(items));
    return choice.some((goal) => this.#search([...rest, goal], new Map(domains), own));
  }
}

/** A choice that was put off, as a goal again. */
function choiceGoal(items: readonly Goal[]): Goal {
  const [first] = items;
  const holds = first?.holds ?? true;
  const exprs = items.map((item) => item.expr);
  const type = { scalar: "bool" as const, set: false };
  const span = first?.expr.span ?? { file: 0, start: 0, end: 0 };
  return { expr: { kind: holds ? "or" : "and", items: exprs, type, span }, holds };
}

/** Applies a statement; false where it leaves no value. */
function narrow(domains: Map<string, Domain>, statement: Statement): boolean {
  const domain = statement.narrow(domains.get(statement.subject) ?? statement.start);
  domains.set(statement.subject, domain);
  return !isEmpty(domain);
}

/** What is known of every request on some routes: its route, and that they accept its method. */
function routeStatements(routes: readonly Route[], policy: Policy): readonly Statement[] {
  const names = routes.map((route) => route.name);
  const methods = routes.flatMap((route) => route.methods);
  return [fact("route", names, policy), fact("method", methods, policy)];
}

function fact(name: "route" | "method", values: readonly string[], policy: Policy): Statement {
  const span = { file: 0, start: 0, end: 0 };
  const attribute = { kind: "attribute" as const, name, args: [], type: { scalar: "enum" as const, set: false }, span };
  const [first = ""] = values;
  const literal = { kind: "literal" as const, value: first, type: attribute.type, span };
  const type = { scalar: "bool" as const, set: false };
  const { subject, start } = statementOf(
    { kind: "compare", op: "==", left: attribute, right: literal, type, span },
    true,
    policy,
  );
  return { subject, start, narrow: (domain) => keepOnly(domain, values) };
}
