/** What the service answers in a test. */
import type { AstAnswer } from "../ast.ts";
import type { TestAnswer } from "../test-block.ts";
import type { CheckContext } from "./context.ts";
import { readCount } from "./quantities.ts";
import { readHeaders } from "./test-headers.ts";

/** Checks an answer; undefined where something is wrong with it. */
export function checkAnswer(answer: AstAnswer | null, context: CheckContext): TestAnswer | null | undefined {
  if (answer === null) return null;
  const status = readCount(answer.status, 100, 599, "a status", context.report);
  const headers = readHeaders(answer.headers, context);
  if (status === null || headers === null) return undefined;
  return {
    status,
    afterMicros: answer.after?.value ?? 0,
    ...(answer.size === null ? {} : { size: answer.size.value }),
    ...(answer.latency === null ? {} : { latencyMicros: answer.latency.value }),
    ...(answer.headers.length === 0 ? {} : { headers }),
  };
}
