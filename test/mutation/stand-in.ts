/**
 * Stands in for `vitest` in a judging process: the same `expect` and `vi`, but tests are gathered instead of run, so that each
 * can be run as often as there are mutants. Knows what the tests near to `engine/` use of vitest, and no more.
 */
import { expect, vi } from "vitest";

export { expect, vi };

type Body = (...given: never[]) => unknown;
/** A test may state how long it may take before its body; the one who judges has a patience of its own. */
type Stated = readonly [name: string, ...options: readonly object[], body: Body];

interface Gathering {
  (...stated: Stated): void;
  readonly each: (rows: readonly unknown[]) => (...stated: Stated) => void;
}

/** What is around tests. */
interface Suite {
  readonly before: Body[];
  readonly after: Body[];
}

/** A test, which rejects where it fails. */
export interface Gathered {
  readonly name: string;
  readonly run: () => Promise<void>;
}

/** Those that are open, the outermost first. */
let suites: readonly Suite[] = [{ before: [], after: [] }];
/** In the order of the files and in them. */
const tests: Gathered[] = [];

async function runIn(around: readonly Suite[], body: Body, given: readonly unknown[]): Promise<void> {
  for (const { before } of around) for (const each of before) await each();
  try {
    await body(...(given as never[]));
  } finally {
    for (const { after } of around.toReversed()) for (const each of after) await each();
  }
}

function addTest(name: string, body: Body, given: readonly unknown[]): void {
  const around = suites;
  tests.push({ name, run: () => runIn(around, body, given) });
}

function addSuite(_: string, body: Body, given: readonly unknown[]): void {
  const around = suites;
  suites = [...around, { before: [], after: [] }];
  body(...(given as never[]));
  suites = around;
}

/** As vitest's: a row that is an array has a test's arguments, any other is its only one. */
function gatheringOf(add: (name: string, body: Body, given: readonly unknown[]) => void): Gathering {
  return Object.assign((...stated: Stated) => add(stated[0], bodyOf(stated), []), {
    each:
      (rows: readonly unknown[]) =>
      (...stated: Stated): void => {
        for (const row of rows) add(stated[0], bodyOf(stated), Array.isArray(row) ? row : [row]);
      },
  });
}

function bodyOf(stated: Stated): Body {
  return stated.at(-1) as Body;
}

export const test: Gathering = gatheringOf(addTest);
export const it: Gathering = gatheringOf(addTest);
export const describe: Gathering = gatheringOf(addSuite);
export const beforeEach = (body: Body): void => void suites.at(-1)?.before.push(body);
export const afterEach = (body: Body): void => void suites.at(-1)?.after.push(body);

/** Loads a file of tests, and leaves nothing of its hooks to the next. */
export async function gather(load: () => Promise<unknown>): Promise<void> {
  suites = [{ before: [], after: [] }];
  await load();
}

export function gathered(): readonly Gathered[] {
  return tests;
}
