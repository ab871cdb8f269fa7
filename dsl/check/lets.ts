/** `let` and `class` declarations, checked before everything that reads them. */
import type { Expr, Let } from "../../engine/index.ts";
import type { AstClass, AstLet, Name } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { type CheckContext, EVERYWHERE, siteOn } from "./context.ts";
import { attributeNamed } from "./attributes.ts";
import { type Derived, orderLets } from "./let-order.ts";
import { type Reading, readingsOf } from "./levels.ts";
import { type Checker, literal, type Typed } from "./typed.ts";
import { describe, enumType, exprType, type Type } from "./types.ts";
import { walk } from "./walk.ts";

/** They read each other at most this deep. */
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
  readonly declaration: Derived;
}

/** The `let` declarations of one policy. */
export class Lets {
  readonly #checked: CheckedLet[] = [];
  readonly #byDeclaration = new Map<number, CheckedLet>();
  #firstClass = 0;

  /** Checks all declarations, in an order in which each comes after those that it reads. */
  checkAll(context: CheckContext, checker: Checker): void {
    const { lets, classes } = context.declarations;
    this.#firstClass = lets.length;
    for (const declared of orderLets(context.declarations, context.scope, context.report)) {
      const declaration = lets[declared] ?? classes[declared - lets.length];
      if (declaration !== undefined) this.#check(declared, declaration, context, checker);
    }
  }

  /** A checked declaration by its index in the policy. */
  at(index: number): CheckedLet {
    const checked = this.#checked[index];
    if (checked === undefined) throw new RangeError(`no let ${index}`);
    return checked;
  }

  /** A declaration by its kind and its place among those; null where it is wrong, which is already reported. */
  read(kind: Derived["kind"], declared: number): CheckedLet | null {
    return this.#byDeclaration.get(kind === "let" ? declared : this.#firstClass + declared) ?? null;
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

  #check(declared: number, declaration: Derived, context: CheckContext, checker: Checker): void {
    const typed =
      declaration.kind === "let" ? checkLet(declaration, context, checker) : checkClass(declaration, context, checker);
    if (typed === null) return;
    const depth = 1 + this.#deepest(typed.expr);
    if (depth > MAX_CHAIN) reportDepth(declaration, context);
    else this.#keep(declared, declaration, typed, depth, context);
  }

  #keep(declared: number, declaration: Derived, typed: Typed, depth: number, context: CheckContext): void {
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

function checkLet(declaration: AstLet, context: CheckContext, checker: Checker): Typed | null {
  const typed = checker.value(declaration.value, siteOn(context, EVERYWHERE));
  return typed !== null && isLetType(typed.type, declaration, context) ? typed : null;
}

/** A class is an enumeration of its own, decided from the first case on. */
function checkClass(declaration: AstClass, context: CheckContext, checker: Checker): Typed | null {
  const labels = [...declaration.cases.map(({ label }) => label), declaration.otherwise];
  const type = enumType(declaration.name.text, [...new Set(labels.map(({ text }) => text))]);
  const free = labels.map((label) => isFreeLabel(label, context));
  const cases = declaration.cases.map(({ label, when }) => {
    const { expr } = checker.condition(when, siteOn(context, EVERYWHERE));
    return expr === null ? null : { when: expr, value: literal(label.text, type, label.span) };
  });
  if (cases.includes(null) || free.includes(false)) return null;
  const { otherwise, span } = declaration;
  const expr: Expr = {
    kind: "cases",
    cases: cases.filter((each) => each !== null),
    otherwise: literal(otherwise.text, type, otherwise.span),
    type: exprType(type),
    span,
  };
  return { expr, type };
}

/** A member that bears another name's could not be told from it in a condition. */
function isFreeLabel(label: Name, { scope, report }: CheckContext): boolean {
  const declared = scope.find(label.text);
  if (declared === undefined && attributeNamed(label.text) === undefined) return true;
  const owner = declared === undefined ? "an attribute of the language" : `a ${declared.kind}`;
  report.error(SEMANTICS.nameTaken, label.span, `the member \`${label.text}\` bears the name of ${owner}`, {
    help: `give it another name, such as \`${label.text}_class\``,
    notes: declared === undefined ? [] : [{ message: `the ${declared.kind} is declared here`, span: declared.span }],
  });
  return false;
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

function reportDepth(declaration: Derived, context: CheckContext): void {
  const message = `\`${declaration.name.text}\` reads other \`let\` declarations more than ${MAX_CHAIN} deep`;
  context.report.error(SEMANTICS.tooDeep, declaration.name.span, message, { help: "write some of them out" });
}
