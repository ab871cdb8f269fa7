/**
 * Generated steps of a decision, for programs whose candidates the route alone tells: each is one function that goes through a route's
 * candidates in a line, in place of the closures that do it for any program. Where the index is walked, what is residual of its entries
 * is tested by a generated function (`residuals.ts`).
 */
import type { Context } from "../facts/context.ts";
import type { Hasher } from "../hasher.ts";
import { Phase } from "../layout.ts";
import type { Limits } from "../limits.ts";
import type { PhaseLists } from "../route-candidates.ts";
import { CEILING } from "../scores.ts";
import { SignalKind } from "../program.ts";
import type { Signals } from "../signals.ts";
import { Expressions } from "./expressions.ts";
import { type ResidualTest, writeResidualTest } from "./residuals.ts";
import { Source } from "./source.ts";

/** Most entries of all routes in one phase: they are gone through when a program is taken up. */
const MOST_ENTRIES = 4_096;

/** Puts the targets that the request meets into `items`, in order of declaration; returns how many there are. */
export type Collector = (c: Context, items: Int32Array) => number;
/** Records the request in the signals that it is an event of. */
export type Recorder = (c: Context) => void;
/** Puts the request's scores into `sums`. */
export type Scorer = (c: Context, sums: Float64Array) => void;
/** Asks the limits that are for the request, where {@link Limits.isPlain}; puts those asked into `items` and returns how many they are. */
export type Asker = Collector;

/** Null for what was not generated. */
export interface Steps {
  readonly record: Recorder | null;
  readonly score: Scorer | null;
  readonly rules: Collector | null;
  readonly ask: Asker | null;
  /** Of programs with steps that are not generated. */
  readonly residual: ResidualTest | null;
}

export const NO_STEPS: Steps = { record: null, score: null, rules: null, ask: null, residual: null };

/** What is done where a target is met. */
type Line = (target: number, expressions: Expressions) => string;

/** Generates the steps of a program, as far as they stay within bounds and the host makes functions of texts. */
export class StepWriter {
  private readonly context: Context;
  private readonly hasher: Hasher;
  private readonly signals: Signals;
  private readonly limits: Limits;

  constructor(context: Context, hasher: Hasher, signals: Signals, limits: Limits) {
    this.context = context;
    this.hasher = hasher;
    this.signals = signals;
    this.limits = limits;
  }

  /** @param byRoute - Candidates of each route, those without a route first; null where the index is walked. */
  steps(byRoute: readonly PhaseLists[] | null): Steps {
    const steps = byRoute === null ? NO_STEPS : this.ofRoutes(byRoute);
    const { record, score, rules, ask } = steps;
    const isWhole = record !== null && score !== null && rules !== null && ask !== null;
    return isWhole ? steps : { ...steps, residual: writeResidualTest(this.context, this.expressions()) };
  }

  private ofRoutes(byRoute: readonly PhaseLists[]): Steps {
    const ofPhase = (phase: number): readonly Int32Array[] => byRoute.map((lists) => lists[phase]!);
    return {
      ...NO_STEPS,
      record: this.write(ofPhase(Phase.signal), "", (signal, x) => this.record(signal, x), "") as Recorder | null,
      score: this.scorer(ofPhase(Phase.term)),
      rules: this.write(
        ofPhase(Phase.rule),
        "let n = 0;",
        (rule) => `items[n++] = ${rule};`,
        "return n;",
      ) as Collector | null,
      ask: this.write(
        ofPhase(Phase.limit),
        "let n = 0;",
        (limit, x) => this.ask(limit, x),
        "return n;",
      ) as Asker | null,
    };
  }

  private scorer(lists: readonly Int32Array[]): Scorer | null {
    const { terms, policy } = this.context.program;
    const scores = policy.scores.map((_, score) => score);
    const begin = scores.map((score) => `let sum${score} = 0;`).join(" ");
    const end = scores.map((score) => `items[${score}] = Math.min(${CEILING}, Math.max(0, sum${score}));`).join("\n");
    return this.write(
      lists,
      begin,
      (term) => `sum${terms[term]!.score} += ${terms[term]!.points};`,
      end,
    ) as Scorer | null;
  }

  /** Records an event as {@link Signals.record} does, the call bound to the signal's own table. */
  private record(signal: number, expressions: Expressions): string {
    const { kind, key, value } = this.context.program.signals[signal]!;
    const table = `tables[${signal}]`;
    const has = `${table} !== null && ${expressions.key(key)}`;
    const start = `${table}.record(keyLo[${key}], keyHi[${key}],`;
    switch (kind) {
      case SignalKind.count:
      case SignalKind.interval:
      case SignalKind.deviation:
        return `if (${has}) ${start} c.now);`;
      case SignalKind.distinct:
        return `if (${has} && hasher.slot(${value})) ${start} out.lo, out.hi, c.now);`;
      default:
        return `signals.record(${signal});`;
    }
  }

  /** Asks a limit as {@link Limits.askEnforced} does, the call bound to the limit's own table where its rate and cost stand in the policy. */
  private ask(limit: number, expressions: Expressions): string {
    const { source } = expressions;
    const { entries, clientRates } = this.limits;
    const { key, fixed, own, cost } = entries[limit]!;
    if (fixed === null || cost >= 0) {
      return `if (${source.value("limits", this.limits)}.askEnforced(${limit})) items[n++] = ${limit};`;
    }
    const entry = source.value(`entry${limit}`, entries[limit]);
    const declared = source.value(`rate${limit}`, fixed);
    const rates = source.value("rates", clientRates);
    const rate = own ? `(c.client < 0 ? ${declared} : ${rates}[c.client] ?? ${declared})` : declared;
    const asking = `${entry}.table.ask(keyLo[${key}], keyHi[${key}], ${rate}, 1, c.now, ${entry}.charge);`;
    return `if (${entry}.table !== null && ${expressions.key(key)}) {
${asking}
items[n++] = ${limit};
}`;
  }

  private expressions(): Expressions {
    return new Expressions(this.context, this.hasher, this.signals, new Source());
  }

  private write(lists: readonly Int32Array[], begin: string, line: Line, end: string): unknown {
    if (lists.reduce((sum, { length }) => sum + length, 0) > MOST_ENTRIES) return null;
    const expressions = this.expressions();
    const alike = Map.groupBy(lists.keys(), (index) => lists[index]!.join());
    const cases = Array.from(alike.values(), (indices) => {
      const routes = indices.map((index) => `case ${index - 1}:`).join(" ");
      return `${routes}\n${this.body(lists[indices[0]!]!, line, expressions)}break;\n`;
    });
    if (expressions.isFull) return null;
    const start = `const e = c.epoch;\nlet s = 0;\n${begin}`;
    return expressions.source.make(`(c, items) => {\n${start}\nswitch (c.route) {\n${cases.join("")}}\n${end}\n}`);
  }

  /** Each target once, where any of its entries holds. */
  private body(entries: Int32Array, line: Line, expressions: Expressions): string {
    const { entryTarget, residualStart, residuals } = this.context.program.index;
    const targets = new Map<number, string[]>();
    for (const entry of entries) {
      const holds = expressions.all(residuals.subarray(residualStart[entry], residualStart[entry + 1]));
      const target = entryTarget[entry]!;
      targets.set(target, [...(targets.get(target) ?? []), holds]);
    }
    const lines = Array.from(targets, ([target, holds]) => {
      return `if (${holds.join(" || ")}) {\n${line(target, expressions)}\n}\n`;
    });
    return lines.join("");
  }
}
