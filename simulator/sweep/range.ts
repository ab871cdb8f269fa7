/** Which values a sweep tries: `FROM..TO` or `FROM..TO:STEPS`. */
import { EXAMPLES, literalText, readLiteral } from "./literal-text.ts";
import type { PolicyLiteral } from "./literals.ts";
import { SweepError } from "./sweep-error.ts";

export const DEFAULT_STEPS = 7;
export const MOST_STEPS = 50;
/** From this factor between the ends on, steps are of one factor and not of one width. */
const WIDE = 4;

/** A value and how it is written. */
export interface SweepValue {
  readonly value: number;
  readonly text: string;
}

/** Values in ascending order, both ends among them, none twice. */
export function sweepValues(literal: PolicyLiteral, range: string): readonly SweepValue[] {
  const [, first = "", last = "", steps] = /^(.+?)\.\.(.+?)(?::(\d{1,4}))?$/.exec(range) ?? [];
  const from = readLiteral(literal.kind, first);
  const to = readLiteral(literal.kind, last);
  const sample = EXAMPLES[literal.kind];
  if (from === null || to === null)
    throw new SweepError(
      `\`${range}\` is no range of \`${literal.name}\`, which is ${literal.raw}`,
      `write FROM..TO or FROM..TO:STEPS with ends like \`${sample}\``,
    );
  if (from >= to) throw new SweepError(`the range \`${range}\` does not ascend`, "write the smaller end first");
  const count = steps === undefined ? DEFAULT_STEPS : Number(steps);
  if (count < 2 || count > MOST_STEPS)
    throw new SweepError(`a sweep takes 2 to ${MOST_STEPS} steps, not ${count}`, `write \`${first}..${last}:10\``);
  const between = spread(from, to, count)
    .slice(1, -1)
    .map((value) => rounded(literal, value));
  const values = [from, ...between, to].map((value) => literalText(literal.kind, value));
  return [...new Set(values)].flatMap((text) => {
    const value = readLiteral(literal.kind, text);
    return value === null ? [] : [{ value, text }];
  });
}

/** `count` numbers from `from` to `to`: of one factor where the ends are four times apart or more, else of one width. */
export function spread(from: number, to: number, count: number): readonly number[] {
  const geometric = from > 0 && to / from >= WIDE;
  return Array.from({ length: count }, (_, i) => {
    const share = i / (count - 1);
    return geometric ? from * (to / from) ** share : from + (to - from) * share;
  });
}

/** What lies between the ends is rounded to two digits of the unit that it is written in, as people would. */
function rounded({ kind }: PolicyLiteral, value: number): number {
  const unit = unitOf(kind, value);
  const digits = Number((value / unit).toPrecision(2));
  return kind === "percent" || kind === "decimal" ? digits : Math.round(digits) * unit;
}

/** The largest unit of which it is ten or more, so that two digits say enough. */
function unitOf(kind: PolicyLiteral["kind"], value: number): number {
  if (kind === "duration") return [86_400e6, 3_600e6, 60e6, 1e6].find((unit) => value >= 10 * unit) ?? 1e3;
  return kind === "size" ? ([1024 ** 3, 1024 ** 2, 1024].find((unit) => value >= 10 * unit) ?? 1) : 1;
}
