/**
 * What was used, in a file beside the state: taken up by the next process, so that nothing is accepted a second time after a restart. After
 * `kill -9` that holds for what was used before the latest writing.
 */
import { existsSync, readFileSync, renameSync } from "node:fs";
import type { Report } from "../report.ts";
import { writeAside } from "../state/write-aside.ts";
import { keepMemory, restoreMemory } from "./keep-memory.ts";
import { bytesOf, type KeptMemory, readKept, writeKept } from "./kept-replays.ts";
import { TOTAL } from "./replay-memory.ts";
import type { KeptKind } from "./server-replays.ts";

/** Nothing is remembered for longer: 48 days. */
const KEPT_MS = 48 * 86_400_000;

export class ReplayFile {
  readonly #path: string;
  readonly #kinds: readonly KeptKind[];
  readonly #nowMs: () => number;
  #isEmpty: boolean;

  /** @param state - Path of the state; the file's is made of it. */
  constructor(state: string, kinds: readonly KeptKind[], nowMs: () => number) {
    this.#path = `${state}.used`;
    this.#kinds = kinds;
    this.#nowMs = nowMs;
    this.#isEmpty = !existsSync(this.#path);
  }

  /** Goes on with what is in the file, before anything is used. What cannot be read is put aside with a report. */
  takeUp(report: Report): void {
    if (!existsSync(this.#path)) return;
    const kept = readKept(readFileSync(this.#path));
    const refuse = (why: string): void =>
      report(`what was used, in \`${this.#path}\`, is refused: ${why}; it can be used again`, "state.refused");
    if (typeof kept === "string") {
      renameSync(this.#path, `${this.#path}.refused`);
      return refuse(`${kept}, and put aside as \`${this.#path}.refused\``);
    }
    // By now all has ended, and the ends in words are told from later ones for some months only.
    if (this.#nowMs() - kept.savedMs > KEPT_MS) return;
    for (const { name, bounds, shared, adopt } of this.#kinds) {
      const of = kept.memories.get(name);
      const memory = of === undefined ? null : restoreMemory(of, bounds, shared, this.#nowMs());
      if (memory !== null) adopt(memory);
      else if (of !== undefined && bytesOf(of.entries) > 0) refuse(`the memory of ${name} has another size now`);
    }
  }

  /** @throws Where it cannot be written. */
  async write(): Promise<void> {
    const savedMs = this.#nowMs();
    const memories = new Map<string, KeptMemory>();
    for (const { name, memoryOf } of this.#kinds) {
      const memory = memoryOf();
      // One after the other, so that decisions wait for a piece of one of them at most.
      // oxlint-disable-next-line no-await-in-loop
      if (memory !== null && (memory.counts[TOTAL] ?? 0) > 0) memories.set(name, await keepMemory(memory, savedMs));
    }
    const isEmpty = [...memories.values()].every(({ entries }) => bytesOf(entries) === 0);
    if (isEmpty && this.#isEmpty) return;
    await writeAside(this.#path, await writeKept({ savedMs, memories }));
    this.#isEmpty = isEmpty;
  }
}
