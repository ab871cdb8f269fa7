/** What a service may answer besides its status: the sizes, latencies and headers at which what is read of outcomes turns. */
import type { TestAnswer } from "../../dsl/index.ts";
import type { AttributeValue, Read } from "../../engine/index.ts";
import { turningValues } from "./values.ts";

/** An answer without its status and time. */
export type AnswerParts = Omit<TestAnswer, "status" | "afterMicros">;

/** Combinations that are kept. */
const MOST_ANSWERS = 256;
const MILLISECOND = 1_000;

/** Answers worth giving where these are read; the first says nothing. */
export function answersFor(reads: readonly Read[]): readonly AnswerParts[] {
  const axes = reads.map(partsFor).filter((parts) => parts.length > 0);
  const all = axes.reduce<readonly AnswerParts[]>(
    (answers, parts) => [...answers, ...parts.flatMap((part) => answers.map((answer) => merged(answer, part)))],
    [{}],
  );
  return all.slice(0, MOST_ANSWERS);
}

function merged(answer: AnswerParts, part: AnswerParts): AnswerParts {
  if (answer.headers === undefined || part.headers === undefined) return { ...answer, ...part };
  return { ...answer, ...part, headers: { ...answer.headers, ...part.headers } };
}

function partsFor({ attribute, constants }: Read): readonly AnswerParts[] {
  const numbers = (values: readonly AttributeValue[]): readonly number[] =>
    values.filter((value) => typeof value === "number").filter((value) => value > 0);
  switch (attribute.name) {
    case "response.size":
      return numbers(turningValues("size", constants)).map((size) => ({ size }));
    case "response.latency":
      return numbers(turningValues("duration", constants))
        .filter((micros) => micros % MILLISECOND === 0)
        .map((latencyMicros) => ({ latencyMicros }));
    case "response.header":
      return turningValues("string", constants)
        .filter((value) => value !== null)
        .map((value) => ({ headers: { [String(attribute.args[0] ?? "")]: String(value) } }));
    default:
      return [];
  }
}
