/** Real worker threads, which wait for a state that somebody else holds. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { createEngine, shareEngine, type SharedState } from "../../../../engine/index.ts";
import { Sharing } from "../../../../engine/state/shared/shared-state.ts";
import { readConfig } from "../../../../server/config.ts";
import { sharedReplaysOf } from "../../../../server/replay/server-replays.ts";
import type { Assignment } from "../../../../server/workers/messages.ts";
import { type Employer, WorkerHandle } from "../../../../server/workers/worker-handle.ts";
import { policyOf } from "../../../helpers/compiled.ts";
import { temporaryFolder, until } from "../../../helpers/server.ts";

const POLICY = policyOf("");

function stateOf(): { readonly state: SharedState; readonly holder: Sharing } {
  const state = shareEngine(createEngine(POLICY), { memoryBytes: 1_048_576 });
  return { state, holder: new Sharing(state, 2) };
}

function assignmentOn(state: SharedState): Assignment {
  const policy = join(temporaryFolder(), "p.edgepolicy");
  writeFileSync(policy, 'policy "p" { default allow }\n');
  const words = (): Int32Array => new Int32Array(new SharedArrayBuffer(12));
  return {
    options: { policy },
    worker: 1,
    workers: 2,
    serverPrefix: "s-",
    prefix: "s-1-",
    told: [{ version: 1, what: "policy", key: "", value: POLICY }],
    state,
    replays: sharedReplaysOf(readConfig({ policy, workers: 2 })),
    seed: 1,
    held: words(),
    forwarded: words(),
    logs: false,
    bans: null,
  };
}

/** Notes what becomes of a worker. */
class Noted implements Employer {
  readonly notes: string[] = [];
  readonly report = (line: string): void => void this.notes.push(line);
  ready(): void {
    this.notes.push("ready");
  }
  ended(): void {
    this.notes.push("ended");
  }
  leaving(): void {}
  took(): void {
    this.notes.push("took");
  }
  answersAgain(): void {}
  asked(): void {}
  log(): void {}
  sighted(): void {}
  fetched(): void {}
}

it("a worker that does not become ready is ended", { timeout: 60_000 }, async () => {
  const { state, holder } = stateOf();
  holder.enter(0);
  const employer = new Noted();
  const worker = new WorkerHandle(assignmentOn(state), employer, { startMs: 500, endMs: 500 });
  await until(() => worker.gone, 30_000);
  expect(employer.notes).toEqual(["worker 1 is not ready after 500 ms and is ended", "ended"]);
});

it("a worker that does not end when it is told to is reported, and ends when it can", { timeout: 60_000 }, async () => {
  const { state, holder } = stateOf();
  const employer = new Noted();
  const worker = new WorkerHandle(assignmentOn(state), employer, { startMs: 60_000, endMs: 500 });
  await until(() => employer.notes.includes("ready"), 30_000);
  holder.enter(0);
  onTestFinished(() => until(() => worker.gone));
  worker.post({ kind: "told", told: { version: 2, what: "policy", key: "", value: POLICY } });
  worker.end(0);
  await until(() => employer.notes.length === 2, 30_000);
  expect(employer.notes[1]).toMatch(/^worker 1 was told to end and does not/);
  holder.leave();
  await until(() => worker.gone, 30_000);
  expect(employer.notes.slice(2)).toEqual(["took", "ended"]);
});

it("a worker that stands still is told the latest policy alone, when it goes on", { timeout: 60_000 }, async () => {
  const { state } = stateOf();
  const employer = new Noted();
  const worker = new WorkerHandle(assignmentOn(state), employer);
  await until(() => employer.notes.includes("ready"), 30_000);
  worker.aside = true;
  const list = { version: 2, what: "list", key: "gone", value: { name: "gone", values: [] } } as const;
  worker.tell(list);
  for (const version of [3, 4]) worker.tell({ version, what: "policy", key: "", value: POLICY });
  worker.tell({ ...list, version: 5, key: "kept" });
  worker.tell({ version: 6, what: "overlays", key: "", value: [] });
  await until(() => worker.took === 6, 30_000);
  expect(employer.notes).toEqual(["ready", "took"]);
  worker.catchUp();
  await until(() => employer.notes.length === 4, 30_000);
  worker.end(0);
  await until(() => worker.gone, 30_000);
  expect(employer.notes).toEqual(["ready", "took", "took", "took", "ended"]);
  expect(worker.took).toBe(6);
});
