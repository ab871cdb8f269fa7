/** Reading what ends a request before anything that reads it: ambiguous paths, and refused credentials. */
import type { AttributeName, Expr, Policy, Span } from "../../engine/index.ts";
import { walk } from "../check/walk.ts";
import { LINTS } from "../codes/lints.ts";
import type { LintInput } from "./input.ts";
import { partsOf } from "./places.ts";

interface Ending {
  readonly attribute: AttributeName;
  readonly message: string;
  readonly help: string;
  /** What is never asked about such a request. */
  readonly unasked: (policy: Policy) => readonly (Expr | null)[];
}

const AMBIGUOUS: Ending = {
  attribute: "path.ambiguous",
  message: "`path.ambiguous` is never true here: such a request is answered with 400 before any rule or signal",
  help: "write `ambiguous_paths allow` in `policy`, or take it out",
  unasked: (policy) => [...decidingIn(policy), ...countingIn(policy)],
};

const REFUSED: Ending = {
  attribute: "identity.error",
  message: "`identity.error` is always missing here: a refused credential is answered before any rule",
  help: "write `refused_credentials pass` in `policy`, or count such requests with a signal",
  unasked: decidingIn,
};

/** Warns where a rule, a limit or a score asks about requests that never come to it. */
export function lintUnseen({ policy, report }: Pick<LintInput, "policy" | "report">): void {
  for (const { attribute, message, help, unasked } of endingsOf(policy)) {
    const lets = letsReading(attribute, policy);
    for (const expr of unasked(policy)) {
      if (expr === null) continue;
      const place = readingPlace(expr, attribute, lets);
      if (place !== null) report.warning(LINTS.unseen, place, message, { help });
    }
  }
}

function endingsOf({ settings }: Policy): readonly Ending[] {
  const endings = settings.ambiguousPaths === "block" ? [AMBIGUOUS] : [];
  return settings.refusedCredentials === "block" ? [...endings, REFUSED] : endings;
}

/** The lets that read an attribute in the end. */
function letsReading(attribute: AttributeName, { lets }: Policy): ReadonlySet<number> {
  const users = new Map<number, number[]>();
  const waiting: number[] = [];
  for (const [index, { expr }] of lets.entries()) {
    walk(expr, (part) => {
      if (part.kind === "let") listIn(users, part.index).push(index);
      if (part.kind === "attribute" && part.name === attribute) waiting.push(index);
    });
  }
  const reading = new Set<number>();
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (reading.has(next)) continue;
    reading.add(next);
    waiting.push(...(users.get(next) ?? []));
  }
  return reading;
}

function listIn(lists: Map<number, number[]>, key: number): number[] {
  const list = lists.get(key) ?? [];
  lists.set(key, list);
  return list;
}

function reads(part: Expr, attribute: AttributeName, lets: ReadonlySet<number>): boolean {
  return part.kind === "let" ? lets.has(part.index) : part.kind === "attribute" && part.name === attribute;
}

/** Where an expression reads an attribute: of what it reads through a `let`, the name of that. Null where it does not. */
function readingPlace(expr: Expr, attribute: AttributeName, lets: ReadonlySet<number>): Span | null {
  let place: Span | null = null;
  walk(expr, (part) => {
    if (reads(part, attribute, lets)) place ??= part.span;
  });
  return place;
}

function decidingIn({ scores, limits, rules }: Policy): readonly (Expr | null)[] {
  return [
    ...scores.flatMap(({ terms }) => terms.map(({ when }) => when)),
    ...limits.flatMap(({ when, cost, refund }) => [when, cost, refund]),
    ...rules.map(({ when }) => when),
  ];
}

function countingIn({ signals }: Policy): readonly (Expr | null)[] {
  return signals.flatMap(({ where, aggregate }) => [where, ...partsOf(aggregate)]);
}
