/** `let` declarations, checked before everything that reads them. */
import type { Expr, Let } from "../../engine/index.ts";
import type { AstLet } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { type CheckContext, EVERYWHERE, siteOn } from "./context.ts";
import { orderLets } from "./let-order.ts";
import { type Reading, readingsOf } from "./levels.ts";
import type { CheckValue, Typed } from "./typed.ts";
import { describe, type Type } from "./types.ts";
import { walk } from "./walk.ts";

/** `let` declarations read each other at most this deep. */
const MAX_CHAIN = 64;

/** A `let` that is right. */
export interface CheckedLet {
  /** Index into the policy's `lets`, where each reads only earlier ones. */
  readonly index: number;
  readonly name: string;
  readonly type: Type;
  readonly expr: Expr;
  /** What it reads above facts, through others too. */
  readonly readings: readonly Reading[];
  /** Longest way through other declarations, itself included. */
  readonly depth: number;
  readonly declaration: AstLet;
}

/** The `let` declarations of one policy. */
export class Lets {
  readonly #checked: CheckedLet[] = [];
  readonly #byDeclaration = new Map<number, CheckedLet>();

  /** Checks all declarations, in an order in which each comes after those that it reads. */
  checkAll(context: CheckContext, value: CheckValue): void {
    const { lets } = context.declarations;
    for (const declared of orderLets(lets, context.scope, context.report)) {
      const declaration = lets[declared];
      if (declaration !== undefined) this.#check(declared, declaration, context, value);
    }
  }

  /** A checked declaration by its index in the policy. */
  at(index: number): CheckedLet {
    const checked = this.#checked[index];
    if (checked === undefined) throw new RangeError(`no let ${index}`);
    return checked;
  }

  /** A declaration by its place in the text; null where it is wrong, which is already reported. */
  read(declared: number): CheckedLet | null {
    return this.#byDeclaration.get(declared) ?? null;
  }

  /** The declarations of the policy model. */
  model(): readonly Let[] {
    return this.#checked.map(({ name, expr, declaration }) => ({
      name,
      doc: declaration.doc,
      span: declaration.span,
      expr,
    }));
  }

  #check(declared: number, declaration: AstLet, context: CheckContext, value: CheckValue): void {
    const typed = value(declaration.value, siteOn(context, EVERYWHERE));
    if (typed === null || !isLetType(typed.type, declaration, context)) return;
    const depth = 1 + this.#deepest(typed.expr);
    if (depth > MAX_CHAIN) reportDepth(declaration, context);
    else this.#keep(declared, declaration, typed, depth, context);
  }

  #keep(declared: number, declaration: AstLet, typed: Typed, depth: number, context: CheckContext): void {
    const { expr, type } = typed;
    const index = this.#checked.length;
    const name = declaration.name.text;
    const checked = { index, name, type, expr, readings: eachOnce(readingsOf(expr, context)), depth, declaration };
    this.#checked.push(checked);
    this.#byDeclaration.set(declared, checked);
  }

  #deepest(expr: Expr): number {
    let deepest = 0;
    walk(expr, (part) => {
      if (part.kind === "let") deepest = Math.max(deepest, this.at(part.index).depth);
    });
    return deepest;
  }
}

/** One way to each reading is enough for a message; all ways can be exponentially many. */
function eachOnce(readings: readonly Reading[]): readonly Reading[] {
  return [...new Map(readings.toReversed().map((reading) => [`${reading.kind} ${reading.name}`, reading])).values()];
}

function isLetType(type: Type, declaration: AstLet, context: CheckContext): boolean {
  const fits = !type.set && type.scalar !== "rate";
  if (!fits) {
    const message = `a \`let\` is a condition or a single value, not \`${describe(type)}\``;
    context.report.error(SEMANTICS.letType, declaration.value.span, message, {
      help: "write it where it is used, or name a test of it",
    });
  }
  return fits;
}

function reportDepth(declaration: AstLet, context: CheckContext): void {
  const message = `\`${declaration.name.text}\` reads other \`let\` declarations more than ${MAX_CHAIN} deep`;
  context.report.error(SEMANTICS.tooDeep, declaration.name.span, message, { help: "write some of them out" });
}
