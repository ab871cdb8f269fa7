/** Bans of workers go to the journal that the main thread began last, whichever of its two files that is by then. */
import { readFileSync, rmSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { BanEntry } from "../../../../engine/index.ts";
import { BanJournal, JOURNAL_BYTES } from "../../../../server/state/ban-journal.ts";
import { WorkerBans } from "../../../../server/workers/worker-bans.ts";
import { temporaryFolder } from "../../../helpers/server.ts";

function banOf(lo: number): BanEntry {
  return { owner: "enforced trap", lo, hi: 2, untilMicros: 3, lengthMicros: 4 };
}

function numbersIn(path: string): readonly unknown[] {
  const lines = readFileSync(path, "utf8")
    .split("\n")
    .filter((line) => line !== "");
  return lines.map((line) => (JSON.parse(line) as readonly unknown[])[1]);
}

test("follow the journal from file to file", () => {
  const path = join(temporaryFolder(), "state");
  const journal = new BanJournal(path);
  const reports: string[] = [];
  const [a, b] = [0, 1].map(() => new WorkerBans(journal.turns, 2, (line) => void reports.push(line)));
  journal.begin();
  a?.note(banOf(1));
  journal.settle();
  b?.note(banOf(2));
  journal.note(banOf(3));
  expect(numbersIn(`${path}.bans`)).toEqual([1, 2, 3]);
  journal.begin();
  a?.note(banOf(4));
  expect(numbersIn(`${path}.bans`)).toEqual([1, 2, 3]);
  expect(numbersIn(`${path}.bans.next`)).toEqual([4]);
  // Its snapshot fails: what was noted since stays, and the next one begins with it.
  journal.begin();
  b?.note(banOf(5));
  expect(new BanJournal(path).read().map(({ lo }) => lo)).toEqual([1, 2, 3, 4, 5]);
  for (const each of [a, b, journal]) each?.close();
  expect(reports).toEqual([]);
});

test("a flood of one turn is written at its end", async () => {
  const path = join(temporaryFolder(), "state");
  const journal = new BanJournal(path);
  journal.begin();
  journal.settle();
  const bans = new WorkerBans(journal.turns, 1, () => {});
  for (let lo = 0; lo < 20; lo++) bans.note(banOf(lo));
  expect(numbersIn(`${path}.bans`)).toHaveLength(8);
  await new Promise((resolve) => setImmediate(resolve));
  expect(numbersIn(`${path}.bans`)).toHaveLength(20);
  bans.close();
  journal.close();
});

test("say once that there is no journal", () => {
  const path = join(temporaryFolder(), "state");
  const journal = new BanJournal(path);
  journal.begin();
  rmSync(`${path}.bans.next`);
  const reports: string[] = [];
  const bans = new WorkerBans(journal.turns, 1, (line) => void reports.push(line));
  for (let lo = 0; lo < 3; lo++) bans.note(banOf(lo));
  expect(reports).toEqual([`bans cannot be noted: there is no ${path}.bans`]);
  journal.close();
});

test("a journal does not grow without end where snapshots fail", () => {
  const path = join(temporaryFolder(), "state");
  const journal = new BanJournal(path);
  const bans = new WorkerBans(journal.turns, 2, () => {});
  const size = (): number => statSync(`${path}.bans.next`).size;
  journal.begin();
  journal.note(banOf(1));
  bans.note(banOf(2));
  const begun = size();
  expect(begun).toBeGreaterThan(0);
  journal.begin();
  journal.note(banOf(3));
  bans.note(banOf(4));
  expect(size()).toBe(2 * begun);
  truncateSync(`${path}.bans.next`, JOURNAL_BYTES + 1);
  journal.begin();
  journal.note(banOf(5));
  bans.note(banOf(6));
  expect(size()).toBe(JOURNAL_BYTES + 1);
  for (const each of [bans, journal]) each.close();
});
