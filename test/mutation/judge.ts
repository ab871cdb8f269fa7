/**
 * Judges the mutants of one file: which of them some test finds. The mutants are those of Stryker's instrumenter, planted all at once
 * and switched on one at a time; the tests are loaded once and run again in the same thread, those alone that pass the mutant, the
 * quickest first, until one fails. That takes seconds where starting vitest for each mutant takes minutes. So that nothing is found,
 * or missed, because of what stays in a thread:
 *
 * - a test that failed is run again without the mutant, and where it still fails, the mutant is judged in a new thread;
 * - what is passed while modules and tests are loaded is judged in a thread of its own from the beginning;
 * - so is what survives, where some test passes the mutant less often when it is run again, as tests do that remember what they made.
 */
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";
import type { Question, Start, Surveyed } from "./judging.ts";
import { JudgingThread } from "./judging-thread.ts";

/** As Stryker's: found by a test that fails or by none that ends, or not found, or the file cannot be loaded with it, which is no mutant. */
export type Status = "Killed" | "Timeout" | "Survived" | "NoCoverage" | "RuntimeError";

export interface Mutant {
  readonly id: string;
  /** Counted from 1. */
  readonly line: number;
  readonly column: number;
  readonly mutator: string;
  readonly replacement: string;
  readonly status: Status;
}

/** A file with its mutants. */
export interface Planted {
  /** Below the project's root. */
  readonly file: string;
  /** Has all mutants, each behind a switch. */
  readonly text: string;
  readonly mutants: readonly Mutant[];
}

const ROOT = join(import.meta.dirname, "../..");
/** Milliseconds of processor time that a mutant's tests may take beyond twice what they take without it. */
const PATIENCE = 5000;
/** A mutant is taken for an endless loop when it is passed so many times as often as without it (Stryker's factor). */
const HIT_FACTOR = 100;

/** What is known of one mutant before it is judged. */
interface Known {
  readonly mutant: string;
  /** Tests that pass it, the quickest first. */
  readonly tests: readonly number[];
  readonly hits: number;
  readonly millis: number;
  /** Whether it is passed while files are loaded. */
  readonly static: boolean;
  /** Whether some test passes it less often when run again. */
  readonly remembered: boolean;
}

/** Judges one file's mutants in as few threads as possible. */
class Court {
  readonly #start: Omit<Start, "active" | "hitLimit">;
  #thread: JudgingThread | null = null;
  #surveyed: readonly Surveyed[] = [];
  #static: Readonly<Record<string, number>> = {};
  /** Milliseconds that it takes to load the tests. */
  #loading = 0;

  constructor(start: Omit<Start, "active" | "hitLimit">) {
    this.#start = start;
  }

  /** @throws Where all tests fail without a mutant. Those that do, because they need what is not here, judge nothing. */
  async survey(): Promise<void> {
    const thread = await this.#ready();
    const answer = await thread.answer(Number.POSITIVE_INFINITY, { kind: "survey" });
    if (answer?.kind !== "surveyed") throw new Error("the tests end their thread without a mutant");
    this.#surveyed = answer.tests;
    this.#static = answer.static;
    const failing = answer.tests.filter(({ failed }) => failed);
    if (failing.length === answer.tests.length) throw new Error("every test fails without a mutant");
    for (const { name } of failing) process.stderr.write(`fails here without a mutant, and judges none: ${name}\n`);
  }

  async judge(mutant: string): Promise<Status> {
    const known = this.#known(mutant);
    if (known.static) return this.#judgeAlone(known);
    if (known.tests.length === 0) return "NoCoverage";
    const status = await this.#judgeTogether(known);
    return status === "Survived" && known.remembered ? this.#judgeAlone(known) : status;
  }

  async end(): Promise<void> {
    await this.#thread?.end();
    this.#thread = null;
  }

  #known(mutant: string): Known {
    const passing = [...this.#surveyed.entries()].filter(
      ([, { failed, hits, hitsAgain }]) => !failed && (mutant in hits || mutant in hitsAgain),
    );
    const all = passing.map(([, test]) => test);
    return {
      mutant,
      tests: passing
        .filter(([, test]) => !test.failedAgain)
        .sort(([, a], [, b]) => a.millis - b.millis)
        .map(([index]) => index),
      hits: all.reduce((sum, { hits }) => sum + (hits[mutant] ?? 0), this.#static[mutant] ?? 0),
      millis: all.reduce((sum, { millis }) => sum + millis, 0),
      static: mutant in this.#static,
      remembered: all.some((test) => test.failedAgain || (test.hitsAgain[mutant] ?? 0) < (test.hits[mutant] ?? 0)),
    };
  }

  async #judgeTogether({ mutant, tests, hits, millis }: Known): Promise<Status> {
    const question: Question = { kind: "judge", mutant, tests, hitLimit: hits * HIT_FACTOR };
    for (;;) {
      const fresh = this.#thread === null;
      const answer = await (await this.#ready()).answer(PATIENCE + 2 * millis, question);
      if (answer?.kind === "judged" && !answer.spoiled) return answer.status;
      await this.end();
      // In a thread in which nothing ran before, nothing has stayed but what this mutant did.
      if (answer?.kind !== "judged") return "Timeout";
      if (fresh) return answer.status;
    }
  }

  /** Whatever all tests say, as they stand, of a mutant that is active when they are loaded. */
  async #judgeAlone({ mutant, hits }: Known): Promise<Status> {
    const thread = new JudgingThread({ ...this.#start, active: mutant, hitLimit: hits * HIT_FACTOR });
    try {
      const first = await thread.answer(PATIENCE + 2 * this.#loading);
      // As Stryker has it: where nothing can be loaded, there is no mutant to find.
      if (first?.kind === "broken") return "RuntimeError";
      const all = this.#surveyed.reduce((sum, { millis }) => sum + millis, 0);
      const tests = [...this.#surveyed.keys()].filter((index) => !this.#surveyed[index]!.failed);
      const answer = first === null ? null : await thread.answer(PATIENCE + 2 * all, { kind: "judge-active", tests });
      return answer?.kind === "judged" ? answer.status : "Timeout";
    } finally {
      await thread.end();
    }
  }

  /** @throws Where the tests cannot be loaded without a mutant. */
  async #ready(): Promise<JudgingThread> {
    if (this.#thread !== null) return this.#thread;
    const thread = new JudgingThread({ ...this.#start, active: null, hitLimit: 0 });
    const before = process.cpuUsage();
    const first = await thread.answer(Number.POSITIVE_INFINITY);
    const { user, system } = process.cpuUsage(before);
    this.#loading = (user + system) / 1000;
    if (first?.kind !== "ready")
      throw new Error(first?.kind === "broken" ? first.message : "the tests cannot be loaded");
    this.#thread = thread;
    return thread;
  }
}

/**
 * What tests say of each mutant.
 *
 * @param tests - Files below the project's root, those first that find most.
 * @throws Where they cannot be loaded, or all fail without a mutant.
 */
export async function judgeMutants(
  { file, text, mutants }: Planted,
  tests: readonly string[],
): Promise<readonly Mutant[]> {
  const urlOf = (path: string): string => pathToFileURL(join(ROOT, path)).href;
  const court = new Court({ url: urlOf(file), text, tests: tests.map(urlOf) });
  const judged: Mutant[] = [];
  try {
    await court.survey();
    for (const mutant of mutants) judged.push({ ...mutant, status: await court.judge(mutant.id) });
    return judged;
  } finally {
    await court.end();
  }
}
