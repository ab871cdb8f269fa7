/** Parties of a comparison that are asked the same questions: every answer is compared before anything is timed. */
import type { AwaitedContestant } from "./measure.ts";

/** What a party answers. */
export type Answer = string | boolean | null;

/** A party, and the questions by their number. */
export interface Asked {
  readonly name: string;
  readonly decide: (question: number) => Answer | Promise<Answer>;
}

/**
 * Puts the first `questions` questions to all.
 *
 * @throws Naming the first question on which one of them differs from the first.
 */
export async function compareAnswers(
  parties: readonly Asked[],
  questions: number,
  describe: (question: number) => string,
): Promise<void> {
  const [first, ...others] = parties;
  for (let question = 0; question < questions; question++) {
    const expected = await first?.decide(question);
    for (const party of others) {
      const answer = await party.decide(question);
      if (answer === expected) continue;
      throw new Error(`${party.name} answers ${answer}, not ${expected}, to ${describe(question)}`);
    }
  }
}

/** Fewest questions a round, of parties that take longer than a round has. */
const LEAST_STEPS = 16;

/** As many questions as fit into a round. Each round goes on with the question after the last one's. */
export async function contestantOf(party: Asked, questions: number, roundMs: number): Promise<AwaitedContestant> {
  const cursor = { at: 0 };
  const answersLater = party.decide(0) instanceof Promise;
  const run = (steps: number): number | Promise<number> =>
    answersLater ? decideLater(party, questions, cursor, steps) : decideNow(party, questions, cursor, steps);
  let steps = LEAST_STEPS;
  for (;;) {
    const before = performance.now();
    await run(steps);
    const millis = performance.now() - before;
    if (millis > roundMs / 2) break;
    steps *= 2;
  }
  return { name: party.name, steps, run: () => run(steps) };
}

interface Cursor {
  at: number;
}

function decideNow({ decide }: Asked, questions: number, cursor: Cursor, steps: number): number {
  let found = 0;
  for (let step = 0; step < steps; step++) {
    if (decide(cursor.at++ % questions) !== null) found++;
  }
  return found;
}

async function decideLater({ decide }: Asked, questions: number, cursor: Cursor, steps: number): Promise<number> {
  let found = 0;
  for (let step = 0; step < steps; step++) {
    if ((await decide(cursor.at++ % questions)) !== null) found++;
  }
  return found;
}
