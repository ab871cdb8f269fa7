/**
 * A thread in which the mutants of one file are judged. It has the file with all its mutants planted, of which none or one is
 * active, loads the tests once, and then runs those that it is asked to run. Started by `judge.ts`, which ends it where a mutant
 * never does.
 */
import { enableCompileCache, registerHooks } from "node:module";
import { join } from "node:path";
import process from "node:process";
import { parentPort, workerData } from "node:worker_threads";
import type { Gathered } from "./stand-in.ts";

/** What a thread is started with. */
export interface Start {
  /** URL and planted text of the file. */
  readonly url: string;
  readonly text: string;
  /** URLs of the files of tests. */
  readonly tests: readonly string[];
  /** A mutant that is active from the beginning, and how often it may be passed. */
  readonly active: string | null;
  readonly hitLimit: number;
}

/** Mutants by how often they were passed. */
export type Hits = Readonly<Record<string, number>>;

export type Question =
  /** Runs every test twice without a mutant. */
  | { readonly kind: "survey" }
  /** Runs tests, in this order, until one fails. */
  | { readonly kind: "judge"; readonly mutant: string; readonly tests: readonly number[]; readonly hitLimit: number }
  /** Runs tests, in this order, with the mutant that has been active from the beginning, until one fails. */
  | { readonly kind: "judge-active"; readonly tests: readonly number[] };

/** What a test did without a mutant. */
export interface Surveyed {
  readonly name: string;
  readonly failed: boolean;
  /** Whether it failed when it was run again. */
  readonly failedAgain: boolean;
  /** What it passed first, and when it was run again. */
  readonly hits: Hits;
  readonly hitsAgain: Hits;
  /** Processor time that it took when it was run again. */
  readonly millis: number;
}

export type Answer =
  | { readonly kind: "ready" }
  /** The tests could not be loaded. */
  | { readonly kind: "broken"; readonly message: string }
  | { readonly kind: "surveyed"; readonly static: Hits; readonly tests: readonly Surveyed[] }
  | {
      readonly kind: "judged";
      readonly status: "Killed" | "Timeout" | "Survived";
      /** Whether the test that failed does so without the mutant too, now: what the mutant did has stayed. */
      readonly spoiled: boolean;
    };

/** What planted texts share with the one who switches mutants (Stryker's instrumenter). */
interface Switches {
  activeMutant?: string | undefined;
  currentTestId?: string | undefined;
  hitCount?: number | undefined;
  hitLimit?: number | undefined;
  mutantCoverage?: { static: Record<string, number>; perTest: Record<string, Record<string, number>> };
}

const switches: Switches = {};
(globalThis as unknown as { __stryker__: Switches })["__stryker__"] = switches;

const STAND_IN = new URL("stand-in.ts", import.meta.url).href;
let tests: readonly Gathered[] = [];

function hook({ url, text }: Start): void {
  registerHooks({
    resolve: (specifier, context, next) =>
      specifier === "vitest" && context.parentURL !== STAND_IN
        ? { url: STAND_IN, shortCircuit: true }
        : next(specifier, context),
    load: (at, context, next) =>
      at === url ? { format: "module-typescript", source: text, shortCircuit: true } : next(at, context),
  });
}

async function begin(start: Start): Promise<Answer> {
  hook(start);
  switches.hitCount = 0;
  switches.hitLimit = start.hitLimit;
  switches.activeMutant = start.active ?? undefined;
  try {
    const { gather, gathered } = await import("./stand-in.ts");
    for (const each of start.tests) await gather(() => import(each));
    tests = gathered();
    return { kind: "ready" };
  } catch (error) {
    return { kind: "broken", message: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

async function fails(test: number): Promise<boolean> {
  try {
    await tests[test]!.run();
    return false;
  } catch {
    return true;
  }
}

async function survey(): Promise<Answer> {
  const coverage = (switches.mutantCoverage ??= { static: {}, perTest: {} });
  const surveyed: Surveyed[] = [];
  for (const [index, { name }] of tests.entries()) {
    switches.currentTestId = `${index}`;
    const failed = await fails(index);
    switches.currentTestId = `${index} again`;
    const before = process.cpuUsage();
    const failedAgain = await fails(index);
    const { user, system } = process.cpuUsage(before);
    const millis = (user + system) / 1000;
    const { [`${index}`]: hits = {}, [`${index} again`]: hitsAgain = {} } = coverage.perTest;
    surveyed.push({ name, failed, failedAgain, hits, hitsAgain, millis });
  }
  return { kind: "surveyed", static: coverage.static, tests: surveyed };
}

/** What came of the tests until one failed, and which that was. */
async function firstFailure(
  order: Iterable<number>,
): Promise<{ status: "Killed" | "Timeout" | "Survived"; by: number }> {
  for (const test of order) {
    const failed = await fails(test);
    if (switches.hitCount! > switches.hitLimit!) return { status: "Timeout", by: test };
    if (failed) return { status: "Killed", by: test };
  }
  return { status: "Survived", by: -1 };
}

async function judge({ mutant, tests: order, hitLimit }: Question & { kind: "judge" }): Promise<Answer> {
  switches.hitCount = 0;
  switches.hitLimit = hitLimit;
  switches.activeMutant = mutant;
  const { status, by } = await firstFailure(order);
  switches.activeMutant = undefined;
  return { kind: "judged", status, spoiled: by >= 0 && (await fails(by)) };
}

async function answer(question: Question): Promise<Answer> {
  switch (question.kind) {
    case "survey":
      return survey();
    case "judge":
      return judge(question);
    case "judge-active": {
      const { status } = await firstFailure(question.tests);
      return { kind: "judged", status, spoiled: false };
    }
  }
}

function tell(given: Answer): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker's port has no origin
  parentPort!.postMessage(given);
}

// What tests import is loaded by many threads, and compiled once.
enableCompileCache(join(import.meta.dirname, "../../.cache/mutation"));
const first = await begin(workerData as Start);
parentPort!.on("message", (question: Question) => void answer(question).then(tell));
tell(first);
