/**
 * A generated test of what is residual of the index's entries. Rules that many policies have by the hundred differ in their constants
 * alone: their entries are of one shape. Each shape is written out once, and reads its constants from a column.
 */
import { holds, residualHolds } from "../evaluate.ts";
import type { Context } from "../facts/context.ts";
import { textOf } from "../facts/read-slot.ts";
import { SlotOp, TestOp } from "../layout.ts";
import { METHODS } from "../policy.ts";
import type { Program } from "../program.ts";
import type { Expressions } from "./expressions.ts";

/** Most shapes that are written out, those of most entries first, and most parts of one. Entries of others are tested literal by literal. */
const MOST_SHAPES = 32;
const MOST_PARTS = 8;

/** Whether all that is residual of an entry holds. */
export type ResidualTest = (c: Context, entry: number) => boolean;

/** A literal as a part of a shape. */
interface Part {
  readonly literal: number;
  /** What parts have in common that are written alike; what is quick to ask comes first in order. */
  readonly kind: string;
  /** What the text reads from the column: a constant, or the literal that is asked for. */
  readonly operand: number;
}

/** Entries whose parts are written alike, and the parts of one of them. */
interface Shape {
  readonly entries: number[];
  readonly parts: readonly Part[];
}

/** Null where there is nothing to test, the text would be too long, or the host makes no functions of texts. */
export function writeResidualTest(context: Context, expressions: Expressions): ResidualTest | null {
  const { program } = context;
  const { residualStart, residuals, entryTarget } = program.index;
  if (residuals.length === 0) return null;
  const operands = new Int32Array(residuals.length);
  const shapes = new Map<string, Shape>();
  for (let entry = 0; entry < entryTarget.length; entry++) {
    const start = residualStart[entry]!;
    const parts = partsOf(program, residuals.subarray(start, residualStart[entry + 1]));
    operands.set(
      parts.map(({ operand }) => operand),
      start,
    );
    const name = parts.map(({ kind }) => kind).join();
    const shape = shapes.get(name);
    if (shape === undefined) shapes.set(name, { entries: [entry], parts });
    else shape.entries.push(entry);
  }
  const short = [...shapes.values()].filter(({ parts }) => parts.length <= MOST_PARTS);
  const common = short.sort((a, b) => b.entries.length - a.entries.length).slice(0, MOST_SHAPES);
  return make(context, expressions, common, operands);
}

function make(
  { program }: Context,
  expressions: Expressions,
  shapes: readonly Shape[],
  operands: Int32Array,
): ResidualTest | null {
  const { source } = expressions;
  const { residualStart, entryTarget } = program.index;
  const shapeOf = new Int32Array(entryTarget.length).fill(shapes.length);
  for (const [index, { entries }] of shapes.entries()) for (const entry of entries) shapeOf[entry] = index;
  source.value("shapeOf", shapeOf);
  source.value("starts", residualStart);
  source.value("operands", operands);
  source.value("constants", program.constants.numbers);
  source.value("known", program.constants.texts);
  source.value("textOf", textOf);
  source.value("holds", holds);
  source.value("otherwise", residualHolds);
  const cases = shapes.map(({ parts }, index) => `case ${index}: return ${write(program, expressions, parts)};\n`);
  return source.make(`(c, entry) => {
const e = c.epoch;
const at = starts[entry];
let s = 0;
switch (shapeOf[entry]) {
${cases.join("")}default: return otherwise(c, entry);
}
}`) as ResidualTest | null;
}

function partsOf(program: Program, literals: Int32Array): readonly Part[] {
  const parts = Array.from(literals, (literal) => partOf(program, literal));
  return parts.sort((a, b) => (a.kind < b.kind ? -1 : a.kind > b.kind ? 1 : 0));
}

function partOf({ tests, slots }: Program, literal: number): Part {
  const condition = literal >> 1;
  const op = tests.op[condition]!;
  const a = tests.a[condition]!;
  const b = tests.b[condition]!;
  const alike = `${literal & 1} ${op} ${a}`;
  switch (op) {
    case TestOp.textEquals:
      // Methods are few, and the context has the request's as a number.
      if (slots.op[a] === SlotOp.method) return { literal, kind: `a ${alike} ${b}`, operand: 0 };
      return { literal, kind: `c ${alike}`, operand: b };
    case TestOp.equals:
    case TestOp.less:
    case TestOp.atMost:
      return { literal, kind: `b ${alike}`, operand: b };
    default:
      return { literal, kind: "d", operand: literal };
  }
}

function write(program: Program, expressions: Expressions, parts: readonly Part[]): string {
  const texts = parts.map(({ literal, kind }, index) => {
    const operand = `operands[at + ${index}]`;
    if (kind === "d") return `holds(c, ${operand})`;
    const text = writeTest(program, expressions, literal >> 1, operand);
    return (literal & 1) === 0 ? text : `!(${text})`;
  });
  return texts.length === 0 ? "true" : texts.join(" && ");
}

function writeTest(
  { tests, slots, constants }: Program,
  expressions: Expressions,
  test: number,
  operand: string,
): string {
  const slot = tests.a[test]!;
  const present = expressions.present(slot);
  switch (tests.op[test]) {
    case TestOp.equals:
      return `${present} && numbers[${slot}] === constants[${operand}]`;
    case TestOp.less:
      return `${present} && numbers[${slot}] < constants[${operand}]`;
    case TestOp.atMost:
      return `${present} && numbers[${slot}] <= constants[${operand}]`;
    default: {
      if (slots.op[slot] !== SlotOp.method) return `${present} && textOf(c, ${slot}) === known[${operand}]`;
      const name = constants.texts[tests.b[test]!]!;
      return `c.method === ${METHODS.findIndex((each) => each === name)}`;
    }
  }
}
