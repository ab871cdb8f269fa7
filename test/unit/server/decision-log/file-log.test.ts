import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { describe, expect, it, onTestFinished } from "vitest";
import { FileLog } from "../../../../server/decision-log/file-log.ts";
import type { Rotation } from "../../../../server/decision-log/options.ts";
import { temporaryFolder, until } from "../../../helpers/server.ts";

const NEVER = Number.MAX_SAFE_INTEGER;

interface Setup {
  readonly folder: string;
  readonly file: string;
  readonly log: FileLog;
  readonly reports: string[];
  /** Writes, and waits until it is in the file of that name or any old one. */
  readonly put: (line: string) => Promise<void>;
  readonly old: () => readonly string[];
  readonly clock: { ms: number };
}

/** What a log holds: nothing while it is rotated, when there is no file of its name, even if there was just now. */
function textOf(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return "";
  }
}

async function setUp({
  rotate = null,
  queueBytes = 100_000,
  folder = temporaryFolder(),
  prepare = (): void => {},
}: {
  rotate?: Partial<Rotation> | null;
  queueBytes?: number;
  folder?: string;
  prepare?: (file: string) => void;
} = {}): Promise<Setup> {
  const file = join(folder, "decisions.ndjson");
  prepare(file);
  const reports: string[] = [];
  const clock = { ms: Date.now() };
  const rotation = rotate === null ? null : { bytes: NEVER, ageMs: NEVER, keep: 10, gzip: false, ...rotate };
  const parts = { report: (line: string): void => void reports.push(line), nowMs: (): number => clock.ms };
  const log = await FileLog.open(file, { queueBytes, rotate: rotation }, parts);
  const old = (): readonly string[] =>
    readdirSync(folder)
      .filter((name) => name !== "decisions.ndjson")
      .toSorted();
  const put = async (line: string): Promise<void> => {
    log.write(line);
    await until(() => textOf(file).includes(line));
  };
  return { folder, file, log, reports, put, old, clock };
}

describe("FileLog", () => {
  it("keeps lines in order, one write a turn, and has them all on disk when closed", async () => {
    const { file, log } = await setUp();
    const lines = Array.from({ length: 500 }, (_, i) => `line ${i}`);
    for (const line of lines) {
      log.write(line);
      if (line.endsWith("7")) await new Promise((resolve) => setImmediate(resolve));
    }
    await log.close(5_000);
    expect(readFileSync(file, "utf8")).toBe(`${lines.join("\n")}\n`);
    expect(log.dropped).toBe(0);
  });

  it("writes to the new file after another program has moved the old one away", async () => {
    const { file, log, put } = await setUp();
    await put("before");
    renameSync(file, `${file}.1`);
    log.reopen();
    await until(() => readdirSync(join(file, "..")).includes("decisions.ndjson"));
    await put("after");
    expect(readFileSync(`${file}.1`, "utf8")).toBe("before\n");
    expect(readFileSync(file, "utf8")).toBe("after\n");
    await log.close(1_000);
  });

  it("goes on in the old file while the new one cannot be opened, and says so once", async () => {
    const { folder, file, log, reports, put } = await setUp({
      folder: join(temporaryFolder(), "logs"),
      prepare: makeFolder,
    });
    await put("before");
    rmSync(folder, { recursive: true });
    log.reopen();
    await until(() => reports.length > 0);
    log.write("kept");
    mkdirSync(folder);
    log.reopen();
    await until(() => textOf(file) === "kept\n");
    expect(reports).toEqual([
      expect.stringMatching(/ENOENT.*; tried again every 1 s$/) as string,
      expect.stringMatching(/is written again; 0 lines were dropped$/) as string,
    ]);
    await log.close(1_000);
  });

  it("drops what finds no room on a full disk, says so once, and goes on where it stopped", async () => {
    const { file, log, reports } = await setUp({ queueBytes: 50, prepare: (path) => symlinkSync("/dev/full", path) });
    log.write("first");
    await until(() => reports.length > 0);
    for (let i = 0; i < 20; i++) log.write(`line ${i}`);
    expect(log.dropped).toBeGreaterThan(10);
    rmSync(file);
    writeFileSync(file, "");
    log.reopen();
    await until(() => readFileSync(file, "utf8").includes("line 0"));
    expect(readFileSync(file, "utf8")).toMatch(/^first\nline 0\nline 1\n/);
    const { dropped } = log;
    log.write("last");
    await log.close(1_000);
    expect(readFileSync(file, "utf8")).toMatch(/\nlast\n$/);
    expect(log.dropped).toBe(dropped);
    expect(reports).toEqual([
      expect.stringContaining("ENOSPC") as string,
      expect.stringMatching(new RegExp(`is written again; ${dropped} lines were dropped$`)) as string,
    ]);
  });

  it("begins a line of its own after one that an earlier process left unfinished", async () => {
    const { file, log, put } = await setUp({ prepare: (path) => writeFileSync(path, "whole\nhal") });
    await put("ours");
    await log.close(1_000);
    expect(readFileSync(file, "utf8")).toBe("whole\nhal\nours\n");
  });

  it("counts what it could not write by the end, and ends all the same", async () => {
    const { log, reports } = await setUp({ prepare: (path) => symlinkSync("/dev/full", path) });
    log.write("one");
    log.write("two");
    await until(() => reports.length > 0);
    log.write("three");
    await log.close(5_000);
    expect(log.dropped).toBe(3);
  });

  it("recovers by itself when there is room again, with every line whole", async ({ skip }) => {
    const folder = temporaryFolder();
    if (!mountSmall(folder)) return skip("a file system of its own needs root");
    const { file, log, reports } = await setUp({
      folder,
      prepare: () => writeFileSync(join(folder, "ballast"), "x".repeat(40_000)),
    });
    const line = (i: number): string => JSON.stringify({ i, filler: "y".repeat(90) });
    let written = 0;
    for (; reports.length === 0; written++) {
      log.write(line(written));
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    rmSync(join(folder, "ballast"));
    await until(() => reports.length === 2);
    await log.close(5_000);
    const numbers = readFileSync(file, "utf8")
      .trimEnd()
      .split("\n")
      .map((text) => (JSON.parse(text) as { i: number }).i);
    expect(numbers).toEqual(Array.from({ length: written }, (_, i) => i));
    expect(reports[0]).toContain("ENOSPC");
  });
});

describe("rotation", () => {
  it("begins a new file before one gets larger than it may", async () => {
    const { file, log, put, old, folder, clock } = await setUp({ rotate: { bytes: 20 } });
    for (const line of ["one-------", "two-------", "three-----"]) {
      clock.ms += 5;
      await put(line);
    }
    await log.close(1_000);
    expect(old()).toHaveLength(2);
    expect(old().map((name) => readFileSync(join(folder, name), "utf8"))).toEqual(["one-------\n", "two-------\n"]);
    expect(old()[0]).toMatch(/^decisions\.ndjson\.\d{8}T\d{6}\.\d{3}Z$/);
    expect(readFileSync(file, "utf8")).toBe("three-----\n");
  });

  it("begins a new file when one is old enough, and never an empty one", async () => {
    const { log, put, old, clock } = await setUp({ rotate: { ageMs: 60_000 } });
    clock.ms += 120_000;
    await put("first");
    expect(old()).toHaveLength(0);
    clock.ms += 59_000;
    await put("still");
    expect(old()).toHaveLength(0);
    clock.ms += 120_000;
    await put("later");
    expect(old()).toHaveLength(1);
    await log.close(1_000);
  });

  it("keeps so many old files, and no two of one name", async () => {
    const { log, put, old, folder } = await setUp({ rotate: { bytes: 1, keep: 3 } });
    for (let i = 0; i < 8; i++) await put(`line ${i}`);
    await log.close(1_000);
    expect(old().map((name) => readFileSync(join(folder, name), "utf8"))).toEqual(["line 4\n", "line 5\n", "line 6\n"]);
  });

  it("compresses old files, also one that an earlier process left", async () => {
    const folder = temporaryFolder();
    const prepare = (file: string): void => {
      writeFileSync(`${file}.20250101T000000.000Z`, "left\n");
      writeFileSync(`${file}.20250101T000000.000Z.gz.part`, "half");
      writeFileSync(`${file}.other`, "not ours");
    };
    const { log, put, old } = await setUp({ folder, prepare, rotate: { bytes: 1, gzip: true } });
    await put("one");
    await put("two");
    await log.close(5_000);
    const [left, one, other] = old();
    expect(old()).toHaveLength(3);
    expect(other).toBe("decisions.ndjson.other");
    expect([left, one].map((name) => gunzipSync(readFileSync(join(folder, name ?? ""))).toString())).toEqual([
      "left\n",
      "one\n",
    ]);
  });

  it("loses no line while files change, and has each once and in order", async () => {
    const { file, log, old, folder } = await setUp({ rotate: { bytes: 200, keep: 1_000 } });
    for (let i = 0; i < 300; i++) {
      log.write(`line ${i}`);
      if (i % 10 === 0) await new Promise((resolve) => setTimeout(resolve, 1));
      if (i % 100 === 50) log.reopen();
    }
    await log.close(5_000);
    const text = [...old().map((name) => join(folder, name)), file].map((path) => readFileSync(path, "utf8")).join("");
    expect(text).toBe(Array.from({ length: 300 }, (_, i) => `line ${i}\n`).join(""));
  });
});

function makeFolder(file: string): void {
  mkdirSync(join(file, ".."));
}

/** A file system of 64 KiB; false where this user may not make one. */
function mountSmall(folder: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", folder], { stdio: "ignore" });
  } catch {
    return false;
  }
  onTestFinished(() => void execFileSync("umount", ["-l", folder]));
  return true;
}
