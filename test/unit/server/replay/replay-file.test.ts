/** What was used, kept in a file. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { readConfig } from "../../../../server/config.ts";
import { ReplayFile } from "../../../../server/replay/replay-file.ts";
import { keptReplaysOf, replaysOf, type Replays } from "../../../../server/replay/server-replays.ts";
import { temporaryFolder } from "../../../helpers/server.ts";

const NOW = Date.UTC(2026, 5, 1);
const MINUTE = 60_000;

interface Opened {
  readonly replays: Replays;
  readonly file: ReplayFile;
  readonly reports: string[];
}

/** A server's memory over a state's file, at a time. */
function openAt(state: string, nowMs: number, dpopProofsMax = 1_024, workers = 1): Opened {
  const config = readConfig({ policy: "p", workers, tokens: { dpopProofsMax } });
  const file = new ReplayFile(state, keptReplaysOf(config), () => nowMs);
  const reports: string[] = [];
  file.takeUp((line) => void reports.push(line));
  return { replays: replaysOf(config), file, reports };
}

function stateIn(): string {
  return join(temporaryFolder(), "s");
}

it.each([
  [1, 1],
  [1, 2],
  [2, 1],
])("what was used stays used, from %i workers to %i", async (before, after) => {
  const state = stateIn();
  const first = openAt(state, NOW, 1_024, before);
  for (let n = 0; n < 100; n++) expect(first.replays.proofs.use("key", `${n}`, NOW + 5 * MINUTE, NOW)).toBe("first");
  expect(first.replays.signatures.use("webhook", "m", NOW + 5 * MINUTE, NOW)).toBe("first");
  expect(first.replays.pow.use("", "answer", NOW + MINUTE, NOW)).toBe("first");
  await first.file.write();
  const later = NOW + MINUTE;
  const { replays, reports } = openAt(state, later, 1_024, after);
  for (let n = 0; n < 100; n++) expect(replays.proofs.use("key", `${n}`, NOW + 5 * MINUTE, later)).toBe("replayed");
  expect(replays.signatures.use("webhook", "m", NOW + 5 * MINUTE, later)).toBe("replayed");
  expect(replays.pow.use("", "answer", NOW + MINUTE, later)).toBe("replayed");
  expect(replays.nonce.use("", "answer", NOW + MINUTE, later)).toBe("first");
  // One key may have an eighth of the room, before and after together.
  expect(replays.proofs.size).toBe(100);
  for (let n = 0; n < 28; n++) expect(replays.proofs.use("key", `new ${n}`, NOW + 5 * MINUTE, later)).toBe("first");
  expect(replays.proofs.use("key", "one more", NOW + 5 * MINUTE, later)).toBe("full");
  expect(replays.proofs.use("other", "0", NOW + 5 * MINUTE, later)).toBe("first");
  expect(reports).toEqual([]);
});

it("what has ended is forgotten, however late that is", async () => {
  const state = stateIn();
  const { replays, file } = openAt(state, NOW);
  replays.proofs.use("key", "a", NOW + MINUTE, NOW);
  await file.write();
  for (const laterMs of [10 * MINUTE, 170 * 86_400_000, 194 * 86_400_000]) {
    const { proofs } = openAt(state, NOW + laterMs).replays;
    expect(proofs.size).toBe(0);
    expect(proofs.use("key", "a", NOW + laterMs + MINUTE, NOW + laterMs)).toBe("first");
  }
});

it("a file that is damaged is put aside, and one of another bound is not taken up, with a report", async () => {
  const state = stateIn();
  const path = `${state}.used`;
  const { replays, file } = openAt(state, NOW);
  replays.proofs.use("key", "a", NOW + MINUTE, NOW);
  replays.signatures.use("webhook", "m", NOW + MINUTE, NOW);
  await file.write();
  const other = openAt(state, NOW, 4_096);
  expect(other.reports).toEqual([expect.stringMatching(/refused: the memory of proofs has another size now; /)]);
  expect(other.replays.signatures.use("webhook", "m", NOW + MINUTE, NOW)).toBe("replayed");
  const whole = readFileSync(path);
  for (let length = 0; length < whole.length; length += 7) {
    writeFileSync(path, whole.subarray(0, length));
    expect(openAt(state, NOW).reports).toEqual([expect.stringContaining("refused: it is ")]);
    expect(existsSync(path)).toBe(false);
  }
  for (let at = 0; at < whole.length; at += 11) {
    const damaged = Buffer.from(whole);
    damaged[at] = 1 + (damaged[at] ?? 0);
    writeFileSync(path, damaged);
    expect(openAt(state, NOW).reports).toHaveLength(1);
  }
});

it("there is no file as long as nothing was used", async () => {
  const state = stateIn();
  const { replays, file } = openAt(state, NOW);
  await file.write();
  expect(existsSync(`${state}.used`)).toBe(false);
  replays.nonce.use("", "a", NOW + MINUTE, NOW);
  await file.write();
  expect(existsSync(`${state}.used`)).toBe(true);
});
