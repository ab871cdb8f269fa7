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

/** Answers questions about the conditions of one policy. What it finds out on the way it keeps. */
export class Solver {
  readonly #policy: Policy;
  readonly #budget: Budget;
  readonly #statements: Readonly<Record<"true" | "false", WeakMap<Expr, Statement>>>;
  readonly #subjects = new WeakMap<Expr, ReadonlySet<string>>();
  readonly #facts = new Map<string, ReadonlyMap<string, Domain>>();
  readonly #keys = new WeakMap<readonly number[], string>();
  readonly #alone: Readonly<Record<"true" | "false", WeakMap<Expr, Map<string, boolean>>>>;

  constructor(policy: Policy, budget: Budget) {
    this.#policy = policy;
    this.#budget = budget;
    this.#statements = { true: new WeakMap(), false: new WeakMap() };
    this.#alone = { true: new WeakMap(), false: new WeakMap() };
  }

  /**
   * Whether all goals may hold for some request on the given routes (null: on any path). Goals without a subject in common cannot
   * contradict each other, so each group of those that have is a question of its own.
   */
  canHold(goals: readonly Goal[], on: readonly number[] | null): boolean {
    const [first, second] = goals;
    // Almost all questions are about two conditions that have nothing in common.
    if (goals.length === 2 && first !== undefined && second !== undefined && this.#areApart(first, second)) {
      return this.#holdsAlone(first, on) && this.#holdsAlone(second, on);
    }
    return this.#groups(goals).every((group) => {
      const [only] = group;
      return group.length === 1 && only !== undefined ? this.#holdsAlone(only, on) : this.#ask(group, on);
    });
  }

  #areApart(one: Goal, other: Goal): boolean {
    const subjects = this.#subjectsOf(other.expr);
    for (const subject of this.#subjectsOf(one.expr)) if (subjects.has(subject)) return false;
    return true;
  }

  #ask(goals: readonly Goal[], on: readonly number[] | null): boolean {
    return this.#search([...goals], new Map(this.#factsOf(on)), new Budget(MAX_STEPS));
  }

  #holdsAlone(goal: Goal, on: readonly number[] | null): boolean {
    const answers = this.#alone[`${goal.holds}`];
    const key = this.#keyOf(on);
    const known = answers.get(goal.expr) ?? new Map<string, boolean>();
    const answer = known.get(key) ?? this.#ask([goal], on);
    answers.set(goal.expr, known.set(key, answer));
    return answer;
  }

  /** Equal for equal rows of routes. */
  #keyOf(on: readonly number[] | null): string {
    if (on === null) return "any";
    const key = this.#keys.get(on) ?? on.join();
    this.#keys.set(on, key);
    return key;
  }

  /** What is known of every request on some routes. */
  #factsOf(on: readonly number[] | null): ReadonlyMap<string, Domain> {
    const key = this.#keyOf(on);
    const known = this.#facts.get(key);
    if (known !== undefined) return known;
    const domains = new Map<string, Domain>();
    const routes = on?.flatMap((index) => this.#policy.routes[index] ?? []);
    for (const statement of routes === undefined ? [] : routeStatements(routes, this.#policy))
      narrow(domains, statement);
    this.#facts.set(key, domains);
    return domains;
  }

  /** Goals that are connected by subjects, directly or through others. */
  #groups(goals: readonly Goal[]): readonly (readonly Goal[])[] {
    let groups: { readonly goals: Goal[]; readonly subjects: Set<string> }[] = [];
    for (const goal of goals) {
      const subjects = this.#subjectsOf(goal.expr);
      const touched = groups.filter((group) => [...subjects].some((subject) => group.subjects.has(subject)));
      const joined = {
        goals: [...touched.flatMap((group) => group.goals), goal],
        subjects: new Set([...touched.flatMap((group) => [...group.subjects]), ...subjects]),
      };
      groups = [...groups.filter((group) => !touched.includes(group)), joined];
    }
    return groups.map((group) => group.goals);
  }

  /** Every subject that a condition makes a statement about. */
  #subjectsOf(expr: Expr): ReadonlySet<string> {
    const known = this.#subjects.get(expr);
    if (known !== undefined) return known;
    const subjects = new Set<string>();
    for (const part of this.#partsOf(expr)) for (const subject of this.#subjectsOf(part)) subjects.add(subject);
    if (!isTakenApart(expr)) subjects.add(this.#statement(expr, true).subject);
    this.#subjects.set(expr, subjects);
    return subjects;
  }

  /** The conditions that one is made of; none of a test. */
  #partsOf(expr: Expr): readonly Expr[] {
    switch (expr.kind) {
      case "not":
        return [expr.item];
      case "and":
      case "or":
        return expr.items;
      case "let": {
        const inner = this.#policy.lets[expr.index]?.expr;
        return inner === undefined ? [] : [inner];
      }
      default:
        return [];
    }
  }

  #statement(atom: Expr, holds: boolean): Statement {
    const known = this.#statements[`${holds}`];
    const statement = known.get(atom) ?? statementOf(atom, holds, this.#policy);
    known.set(atom, statement);
    return statement;
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
      } else if (!narrow(domains, this.#statement(expr, holds))) return false;
    }
    const [choice, ...others] = choices.toSorted((a, b) => a.length - b.length);
    if (choice === undefined) return true;
    const rest = others.map((items) => choiceGoal(items));
    return choice.some((goal) => this.#search([...rest, goal], new Map(domains), own));
  }
}

/** Whether a condition is taken apart, or is decided by itself, so that it states nothing of a subject. */
function isTakenApart(expr: Expr): boolean {
  const { kind } = expr;
  return kind === "not" || kind === "and" || kind === "or" || kind === "let" || kind === "literal";
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
