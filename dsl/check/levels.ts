/**
 * Levels: facts feed signals, signals feed scores, rules and limits read all. What a place may read is checked on the
 * checked expression, through every `let`, so that the message can show the way.
 */
import type { Expr, Span } from "../../engine/index.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { Note } from "../diagnostic.ts";
import type { CheckContext } from "./context.ts";
import { walk } from "./walk.ts";

type ReadingKind = "signal" | "score" | "response" | "served" | "used";

/** Something above plain facts that an expression reads. */
export interface Reading {
  readonly kind: ReadingKind;
  /** How the language writes it. */
  readonly name: string;
  /** Names of the `let` declarations on the way to it, outermost first. */
  readonly through: readonly string[];
  /** Where the expression itself reads it, or the first `let` of the way. */
  readonly span: Span;
}

/** What a place may read besides facts. */
export type Allowed = ReadonlySet<ReadingKind>;

/** `where` and arguments of signals. */
export const IN_SIGNALS: Allowed = new Set<ReadingKind>(["response", "served"]);
/** Terms of scores. */
export const IN_SCORES: Allowed = new Set<ReadingKind>(["signal", "used"]);
/** Conditions of rules. */
export const IN_RULES: Allowed = new Set<ReadingKind>(["signal", "score", "used"]);
/** Keys of signals, bans and canaries: a ban is looked for before signals are read. */
export const IN_KEYS: Allowed = new Set<ReadingKind>();
/** Conditions, costs and keys of limits, which do not read each other. */
export const IN_LIMITS: Allowed = new Set<ReadingKind>(["signal", "score"]);
/** Refunds, which are decided with the outcome. */
export const IN_REFUNDS: Allowed = new Set<ReadingKind>(["response"]);

/** Everything above facts that the expression reads, directly and through `let`. */
export function readingsOf(expr: Expr, context: CheckContext): readonly Reading[] {
  const found: Reading[] = [];
  walk(expr, (part) => {
    if (part.kind === "let") {
      const { name, readings } = context.lets.at(part.index);
      for (const inner of readings) found.push({ ...inner, through: [name, ...inner.through], span: part.span });
      return;
    }
    const direct = directReading(part, context);
    if (direct !== null) found.push({ ...direct, through: [], span: part.span });
  });
  return found;
}

function directReading(part: Expr, context: CheckContext): Pick<Reading, "kind" | "name"> | null {
  if (part.kind === "signal")
    return { kind: "signal", name: context.declarations.signals[part.index]?.name.text ?? "" };
  if (part.kind === "score") return { kind: "score", name: context.declarations.scores[part.index]?.name.text ?? "" };
  if (part.kind === "used")
    return { kind: "used", name: `used(${context.declarations.limits[part.index]?.name.text ?? ""})` };
  if (part.kind !== "attribute") return null;
  if (part.name === "served") return { kind: "served", name: "served" };
  return part.name.startsWith("response.") ? { kind: "response", name: part.name } : null;
}

/**
 * Reports what an expression reads above the level of its place.
 *
 * @param place - The place in the language's words, such as "the signal `fails`".
 * @returns Whether all readings are allowed.
 */
export function checkLevel(expr: Expr, allowed: Allowed, place: string, context: CheckContext): boolean {
  const wrong = readingsOf(expr, context).filter((reading) => !allowed.has(reading.kind));
  for (const reading of wrong) reportReading(reading, place, context);
  return wrong.length === 0;
}

/** Reports one reading above the level of its place. */
export function reportReading(reading: Reading, place: string, context: CheckContext): void {
  const chain = [...reading.through.map((name) => `\`${name}\``), `\`${reading.name}\``].join(", which reads ");
  if (reading.kind === "response" || reading.kind === "served") {
    context.report.error(SEMANTICS.outcomeRead, reading.span, `${place} reads ${chain} before it exists`, {
      help: outcomeHelp(reading),
    });
    return;
  }
  const what = reading.kind === "used" ? "which rules and scores read" : `a ${reading.kind}`;
  context.report.error(SEMANTICS.readsUpwards, reading.span, `${place} reads ${chain}, ${what}`, {
    help: "facts feed signals, signals feed scores, and rules and limits read all of them",
    notes: declarationOf(reading, context),
  });
}

function declarationOf({ kind, name }: Reading, { scope }: CheckContext): readonly Note[] {
  const own = kind === "used" ? name.slice("used(".length, -1) : name;
  const span = scope.find(own)?.span;
  return span === undefined ? [] : [{ message: `\`${own}\` is declared here`, span }];
}

function outcomeHelp(reading: Reading): string {
  return `count it with a signal, and read that: \`signal … = count where ${reading.name} … per ip over 10m\``;
}
