/**
 * Whether conditions can hold together. The answer "no" is a proof; "yes" means only that no contradiction was found.
 *
 * It takes conditions apart like an analytic tableau and narrows the values of each subject. A missing value makes no
 * difference: a checked condition never depends on one, so any value may be assumed for it.
 */
import type { Expr, LogicExpr, Policy } from "../../engine/index.ts";
import { modelText } from "../check/model-text.ts";
import { type Domain, isEmpty } from "./domains.ts";
import { Budget } from "./budget.ts";
import { narrow, type Statement, statementOf } from "./atoms.ts";
import { routeStatements } from "./route-statements.ts";
import { Subjects } from "./subjects.ts";

/** A condition that holds, or does not. */
export interface Goal {
  readonly expr: Expr;
  readonly holds: boolean;
}

/** So many conditions are known at once; then all are forgotten. Conditions that are made for one question must not pile up. */
const MAX_KNOWN = 16_384;

/** One question takes at most this many steps. */
const MAX_STEPS = 4000;

/** What is known of one condition. */
interface Known {
  /** Every subject that it makes a statement about. */
  subjects: Subjects | null;
  /** What it states where it is a test. */
  holding: NumberedStatement | null;
  failing: NumberedStatement | null;
  answers: Answer | null;
}

/** A statement whose subject has a number, as texts of subjects are long. */
interface NumberedStatement extends Omit<Statement, "subject"> {
  readonly subject: number;
  /** Whether it leaves a value where nothing else is known of the subject, once that was asked. */
  leaves: boolean | null;
}

/** Whether a condition alone may hold, or fail, on some routes; a list of these, as most conditions stand on one row of routes. */
interface Answer {
  readonly holds: boolean;
  readonly facts: Domains;
  readonly answer: boolean;
  readonly next: Answer | null;
}

/** What is known of each subject, by its number. */
type Domains = ReadonlyMap<number, Domain>;
const NOTHING: Domains = new Map();
/** Answers questions about the conditions of one policy. What it finds out on the way it keeps. */
export class Solver {
  readonly #policy: Policy;
  readonly #budget: Budget;
  readonly #known = new Map<Expr, Known>();
  readonly #subjects = new Map<string, number>();
  readonly #facts = new Map<string, Domains>();
  readonly #factsOfRow = new WeakMap<readonly number[], Domains>();

  constructor(policy: Policy, budget: Budget) {
    this.#policy = policy;
    this.#budget = budget;
  }

  /**
   * Whether all goals may hold for some request on the given routes (null: on any path). Goals without a subject in common cannot
   * contradict each other, so each group of those that have is a question of its own.
   */
  canHold(goals: readonly Goal[], on: readonly number[] | null): boolean {
    const facts = this.#factsOf(on);
    if (goals.length === 1) return this.#allOf(goals, facts);
    for (const group of this.#groups(goals)) {
      if (!this.#allOf(group, facts)) return false;
    }
    return true;
  }

  /**
   * Of conditions that are joined: tells of one whether it must hold (or fail) where all others do, as {@link canHold} would.
   *
   * @param holds - Whether they hold; else they fail.
   */
  impliedAmong(items: readonly Expr[], holds: boolean, on: readonly number[] | null): (item: Expr) => boolean {
    const facts = this.#factsOf(on);
    if (items.length <= LONGEST_ROW && items.every(isTestOrNot)) return this.#impliedInRow(items, holds, facts);
    const groups = this.#groups(items.map((expr) => ({ expr, holds }))).map((goals) => ({
      goals,
      answer: null as boolean | null,
    }));
    const groupHolds = (group: (typeof groups)[number]): boolean => (group.answer ??= this.#allOf(group.goals, facts));
    return (item) => {
      for (const group of groups) {
        const own = group.goals.some(({ expr }) => expr === item);
        if (!(own ? this.#allOf(allBut(group.goals, item), facts) : groupHolds(group))) return true;
      }
      return false;
    };
  }

  /** As {@link impliedAmong}, of tests: what is said of each subject is a question of its own. */
  #impliedInRow(tests: readonly Expr[], holds: boolean, facts: Domains): (item: Expr) => boolean {
    const subjects = tests.map((test) => this.#statement(test, holds).subject);
    const holdsOf = (subject: number, turned: Expr | null): boolean =>
      this.#allHold(tests, (test, at) => (subjects[at] !== subject ? null : holds !== (test === turned)), facts);
    let contradicted: readonly number[] | null = null;
    return (item) => {
      const own = subjects[tests.indexOf(item)] ?? -1;
      if (!holdsOf(own, item)) return true;
      contradicted ??= subjects.filter((subject, at) => subjects.indexOf(subject) === at && !holdsOf(subject, null));
      return contradicted.some((subject) => subject !== own);
    };
  }

  /** Whether goals that are connected may hold. */
  #allOf(goals: readonly Goal[], facts: Domains): boolean {
    const [only] = goals;
    return goals.length === 1 && only !== undefined
      ? this.#holdsAlone(only.expr, only.holds, facts)
      : this.#ask(goals, facts);
  }

  #ask(goals: readonly Goal[], facts: Domains): boolean {
    const [first] = goals;
    if (first === undefined) return true;
    if (goals.length === 1 && isRowOfTests(first.expr)) return this.#rowHolds(first.expr, first.holds, facts);
    if (!isTestOrNot(first.expr) || goals.length > MAX_STEPS) return this.#searchAll(goals, facts);
    const { subject } = this.#statement(first.expr, first.holds);
    for (const { expr, holds } of goals) {
      if (!isTestOrNot(expr) || this.#statement(expr, holds).subject !== subject) return this.#searchAll(goals, facts);
    }
    return this.#allHold(
      goals.map(({ expr }) => expr),
      (_, at) => goals[at]?.holds ?? null,
      facts,
    );
  }

  #searchAll(goals: readonly Goal[], facts: Domains): boolean {
    return this.#search([...goals], new Map(facts), new Budget(MAX_STEPS));
  }

  /** As {@link #search}, of a condition that joins tests. */
  #rowHolds({ kind, items }: LogicExpr, holds: boolean, facts: Domains): boolean {
    if (!this.#budget.spend()) return true;
    if ((kind === "and") === holds) return this.#allHold(items, () => holds, facts);
    for (const item of items) {
      if (!this.#spendOn(item)) return true;
      if (leavesValue(this.#statement(item, holds), facts)) return true;
    }
    return false;
  }

  /** As {@link #search}, of tests. @param holds - Of each whether it holds; null where it is not asked about. */
  #allHold(tests: readonly Expr[], holds: (test: Expr, at: number) => boolean | null, facts: Domains): boolean {
    const first: NumberedStatement[] = [];
    /** By place in `first`, where several tests are of one subject. */
    const domains: Domain[] = [];
    // From the last on, as goals are taken.
    for (let index = tests.length - 1; index >= 0; index--) {
      const test = tests[index];
      const wanted = test === undefined ? null : holds(test, index);
      if (test === undefined || wanted === null) continue;
      if (!this.#spendOn(test)) return true;
      const statement = this.#statement(test, wanted);
      const place = first.findIndex(({ subject }) => subject === statement.subject);
      const seen = first[place];
      if (seen === undefined) {
        if (!leavesValue(statement, facts)) return false;
        first.push(statement);
        continue;
      }
      const domain = narrow(domains[place] ?? narrow(facts.get(seen.subject) ?? seen.start, seen), statement);
      if (isEmpty(domain)) return false;
      domains[place] = domain;
    }
    return true;
  }

  /** Takes a step for a test, and one for each `not` before it; false when none is left. */
  #spendOn(expr: Expr): boolean {
    for (let inner = expr; inner.kind === "not"; inner = inner.item) if (!this.#budget.spend()) return false;
    return this.#budget.spend();
  }

  #holdsAlone(expr: Expr, holds: boolean, facts: Domains): boolean {
    const known = this.#knownOf(expr);
    for (let answer = known.answers; answer !== null; answer = answer.next) {
      if (answer.holds === holds && answer.facts === facts) return answer.answer;
    }
    const answer = isTestOrNot(expr)
      ? !this.#spendOn(expr) || leavesValue(this.#statement(expr, holds), facts)
      : this.#ask([{ expr, holds }], facts);
    known.answers = { holds, facts, answer, next: known.answers };
    return answer;
  }

  #knownOf(expr: Expr): Known {
    let known = this.#known.get(expr);
    if (known === undefined) {
      if (this.#known.size >= MAX_KNOWN) this.#known.clear();
      known = { subjects: null, holding: null, failing: null, answers: null };
      this.#known.set(expr, known);
    }
    return known;
  }

  /** What is known of every request on some routes: one and the same for equal rows of routes. */
  #factsOf(on: readonly number[] | null): Domains {
    if (on === null) return NOTHING;
    const known = this.#factsOfRow.get(on);
    if (known !== undefined) return known;
    const key = on.join();
    const facts = this.#facts.get(key) ?? this.#collectFacts(on);
    this.#facts.set(key, facts);
    this.#factsOfRow.set(on, facts);
    return facts;
  }

  #collectFacts(on: readonly number[]): Domains {
    const domains = new Map<number, Domain>();
    const routes = on.flatMap((index) => this.#policy.routes[index] ?? []);
    for (const statement of routeStatements(routes, this.#policy)) apply(this.#numbered(statement), domains);
    return domains;
  }

  /** Goals that are connected by subjects, directly or through others. */
  #groups(goals: readonly Goal[]): readonly (readonly Goal[])[] {
    const groups: Goal[][] = [];
    for (const goal of goals) {
      const subjects = this.#subjectsOf(goal.expr);
      let joined: Goal[] | null = null;
      let apart = 0;
      for (const group of groups) {
        if (!this.#readsOneOf(group, subjects)) groups[apart++] = group;
        else if (joined === null) joined = group;
        else joined.push(...group);
      }
      groups.length = apart;
      if (joined === null) groups.push([goal]);
      else {
        joined.push(goal);
        groups.push(joined);
      }
    }
    return groups;
  }

  #readsOneOf(group: readonly Goal[], subjects: Subjects): boolean {
    for (const { expr } of group) if (this.#subjectsOf(expr).meets(subjects)) return true;
    return false;
  }

  #subjectsOf(expr: Expr): Subjects {
    const known = this.#knownOf(expr);
    if (known.subjects !== null) return known.subjects;
    const subjects = new Subjects();
    for (const part of this.#partsOf(expr)) subjects.addAll(this.#subjectsOf(part));
    if (isTest(expr)) subjects.add(this.#statement(expr, true).subject);
    known.subjects = subjects;
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

  /** @param test - A test, or one under any number of `not`. */
  #statement(test: Expr, holds: boolean): NumberedStatement {
    if (test.kind === "not") return this.#statement(test.item, !holds);
    const known = this.#knownOf(test);
    const kept = holds ? known.holding : known.failing;
    if (kept !== null) return kept;
    const other = (holds ? known.failing : known.holding)?.subject;
    const statement = this.#numbered(statementOf(test, holds, this.#policy), other);
    if (holds) known.holding = statement;
    else known.failing = statement;
    return statement;
  }

  #numbered({ subject, start, how, values, bound, ranges }: Statement, known?: number): NumberedStatement {
    return { subject: known ?? this.#numberOf(subject), start, how, values, bound, ranges, leaves: null };
  }

  #numberOf(subject: Expr): number {
    // An attribute without arguments is told by its name alone, which no other text is.
    const named = subject.kind === "attribute" && subject.args.length === 0;
    const text = named ? subject.name : modelText(subject);
    const known = this.#subjects.get(text);
    if (known !== undefined) return known;
    this.#subjects.set(text, this.#subjects.size);
    return this.#subjects.size - 1;
  }

  /** Takes goals apart until a contradiction or a choice is met; then tries each choice. */
  #search(goals: Goal[], domains: Map<number, Domain>, own: Budget): boolean {
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
      } else if (!apply(this.#statement(expr, holds), domains)) return false;
    }
    if (choices.length === 0) return true;
    const [choice, ...others] = choices.toSorted((a, b) => a.length - b.length);
    if (choice === undefined) return true;
    const rest = others.map((items) => choiceGoal(items));
    return choice.some((goal) => this.#search([...rest, goal], new Map(domains), own));
  }
}

/** The goals with that of one condition turned around, which comes last. */
function allBut(goals: readonly Goal[], item: Expr): readonly Goal[] {
  const turned = goals.filter(({ expr }) => expr !== item);
  turned.push({ expr: item, holds: !(goals[0]?.holds ?? true) });
  return turned;
}

/** Whether a condition states something of a subject: it is not taken apart, nor decided by itself. */
function isTest({ kind }: Expr): boolean {
  return kind !== "not" && kind !== "and" && kind !== "or" && kind !== "let" && kind !== "literal";
}

function isTestOrNot(expr: Expr): boolean {
  let inner = expr;
  while (inner.kind === "not") inner = inner.item;
  return isTest(inner);
}

/** Neighbours that are looked through for each of them. */
const LONGEST_ROW = 16;

/** Whether a condition is a few tests joined by one operator, as most are. */
function isRowOfTests(expr: Expr): expr is LogicExpr {
  return (
    (expr.kind === "and" || expr.kind === "or") && expr.items.length <= LONGEST_ROW && expr.items.every(isTestOrNot)
  );
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

/** Whether a statement leaves a value beside what is known. */
function leavesValue(statement: NumberedStatement, facts: Domains): boolean {
  const known = facts.get(statement.subject);
  if (known !== undefined) return !isEmpty(narrow(known, statement));
  statement.leaves ??= !isEmpty(narrow(statement.start, statement));
  return statement.leaves;
}

/** Applies a statement; false where it leaves no value. */
function apply(statement: NumberedStatement, domains: Map<number, Domain>): boolean {
  const domain = narrow(domains.get(statement.subject) ?? statement.start, statement);
  domains.set(statement.subject, domain);
  return !isEmpty(domain);
}
