import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Writable } from "node:stream";
import { describe, expect, it } from "vitest";
import { openDecisionLog, StreamLog } from "../../../server/decision-log.ts";
import { temporaryFolder } from "../../helpers/server.ts";

/** A sink that takes nothing until it is told to. */
class StuckSink extends Writable {
  readonly taken: string[] = [];
  #release: (() => void) | null = null;
  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.taken.push(chunk.toString());
    this.#release = done;
  }
  unstick(): void {
    this.#release?.();
  }
}

const QUEUE = { queueBytes: 1_000, rotate: null };
const PARTS = { report: (): void => {}, nowMs: Date.now };
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("StreamLog", () => {
  it("drops and counts what a slow sink has no room for, and never waits", async () => {
    const sink = new StuckSink();
    const reports: string[] = [];
    const log = new StreamLog(sink, 1_000, (line) => reports.push(line));
    for (let turns = 0; turns < 5; turns++) {
      for (let i = 0; i < 10; i++) log.write("x".repeat(99));
      await turn();
    }
    expect(sink.writableLength).toBeLessThanOrEqual(1_000);
    expect(log.dropped).toBe(40);
    expect(reports).toEqual(["the decision log on standard output: it takes lines too slowly, some are dropped"]);
  });

  it("takes lines again when the sink has caught up", async () => {
    const sink = new StuckSink();
    const log = new StreamLog(sink, 10, () => {});
    log.write("1234567890");
    log.write("dropped");
    await turn();
    sink.unstick();
    await turn();
    log.write("again");
    await turn();
    expect(log.dropped).toBe(1);
    expect(sink.taken).toEqual(["1234567890\n", "again\n"]);
  });

  it("counts everything as dropped once the sink is broken", async () => {
    const sink = new Writable({ write: (_chunk, _encoding, done) => done(new Error("disk full")) });
    const reports: string[] = [];
    const log = new StreamLog(sink, 1_000, (line) => reports.push(line));
    log.write("one");
    await turn();
    await turn();
    log.write("two");
    expect(log.dropped).toBe(1);
    expect(reports).toEqual(["the decision log on standard output: disk full; decisions are no longer logged"]);
    await log.close(1_000);
  });
});

describe("openDecisionLog", () => {
  it("appends to a file and has it all on disk when closed", async () => {
    const file = join(temporaryFolder(), "decisions.ndjson");
    for (const line of ["one", "two"]) {
      const log = await openDecisionLog({ sink: { file }, ...QUEUE }, PARTS);
      log.write(line);
      await log.close(1_000);
    }
    expect(readFileSync(file, "utf8")).toBe("one\ntwo\n");
  });

  it("says which file cannot be written", async () => {
    await expect(openDecisionLog({ sink: { file: "/nowhere/at/all.ndjson" }, ...QUEUE }, PARTS)).rejects.toMatchObject({
      code: "log_unusable",
      message: expect.stringContaining("/nowhere/at/all.ndjson") as string,
    });
  });

  it("writes to what is no file, but does not rotate it", async () => {
    const log = await openDecisionLog({ sink: { file: "/dev/null" }, ...QUEUE }, PARTS);
    await log.close(1_000);
    const rotate = { bytes: 1, ageMs: 1, keep: 1, gzip: false };
    await expect(openDecisionLog({ sink: { file: "/dev/null" }, ...QUEUE, rotate }, PARTS)).rejects.toThrow(
      "what is no file cannot be rotated",
    );
  });

  it("survives a function that throws", async () => {
    const sink = (): void => {
      throw new Error("no");
    };
    const log = await openDecisionLog({ sink, ...QUEUE }, PARTS);
    log.write("line");
    expect(log.dropped).toBe(1);
  });
});
