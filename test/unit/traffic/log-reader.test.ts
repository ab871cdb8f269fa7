import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import fc from "fast-check";
import { afterAll, describe, expect, it } from "vitest";
import type { InputLine } from "../../../traffic/log-reader.ts";
import { LONGEST_LINE_BYTES, readFileLines, readLines } from "../../../traffic/log-reader.ts";

const folder = mkdtempSync(join(tmpdir(), "edgepolicy-lines-"));
afterAll(() => rmSync(folder, { recursive: true }));

async function* chunks(parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}

async function collect(lines: AsyncIterable<InputLine>): Promise<InputLine[]> {
  const all: InputLine[] = [];
  for await (const line of lines) all.push(line);
  return all;
}

async function linesOf(parts: readonly (string | Uint8Array)[]): Promise<InputLine[]> {
  const bytes = parts.map((part) => (typeof part === "string" ? Buffer.from(part) : part));
  return collect(readLines(chunks(bytes)));
}

describe("lines of a stream", () => {
  it("numbers lines, takes LF and CRLF, and a last line without an end", async () => {
    const lines = await linesOf(["a\r\nb", "c\n\nd"]);
    expect(lines.map((line) => [line.number, line.text])).toEqual([
      [1, "a"],
      [2, "bc"],
      [3, ""],
      [4, "d"],
    ]);
  });

  it("gives the same lines however the bytes are cut", async () => {
    const text = "één\nzwei\r\n\n\u{1F600} drei";
    const whole = await linesOf([text]);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 40, maxLength: 40 }), async (cuts) => {
        const bytes = Buffer.from(text);
        const parts: Uint8Array[] = [];
        let start = 0;
        for (const cut of cuts) {
          parts.push(bytes.subarray(start, start + cut));
          start += cut;
        }
        expect(await linesOf(parts)).toEqual(whole);
      }),
      { seed: 1, numRuns: 100 },
    );
  });

  it("gives the same lines of a chunk that is too long to be decoded at once", async () => {
    const long = "x".repeat(100_000);
    const ends = Array.from({ length: 4_000 }, (_, n) => `${"é".repeat(n % 40)}${n}${n % 3 === 0 ? "\r\n" : "\n"}`);
    const bytes = Buffer.concat([
      Buffer.from(`\uFEFF${ends.join("")}${long}\n\n${ends.join("")}`),
      Uint8Array.of(0x61, 0xff, 0x0a),
      Buffer.from(`${ends.join("")}${long}`),
    ]);
    const lines = await linesOf([bytes]);
    const parts = Array.from({ length: Math.ceil(bytes.length / 1_000) }, (_, part) => {
      return bytes.subarray(1_000 * part, 1_000 * (part + 1));
    });
    expect(lines).toEqual(await linesOf(parts));
    expect(lines.length).toBe(3 * ends.length + 4);
    expect(lines.filter(({ problem }) => problem !== null)).toEqual([{ number: 8_003, text: "", problem: "not_utf8" }]);
    expect(lines.filter(({ text }) => text === long).map(({ number }) => number)).toEqual([4_001, 12_004]);
  });

  it("reports a line that is too long and reads on", async () => {
    const lines = await linesOf(["x".repeat(LONGEST_LINE_BYTES), "y\nnext\n"]);
    expect(lines).toEqual([
      { number: 1, text: "", problem: "too_long" },
      { number: 2, text: "next", problem: null },
    ]);
  });

  it("reports a line that never ends, and it alone once it does", async () => {
    async function* endless(): AsyncGenerator<Uint8Array> {
      for (;;) yield Buffer.alloc(300_000, "x");
    }
    for await (const line of readLines(endless())) {
      expect(line).toEqual({ number: 1, text: "", problem: "too_long" });
      break;
    }
    const long = "x".repeat(LONGEST_LINE_BYTES);
    expect(await linesOf([long, "y", long, "\nnext"])).toEqual([
      { number: 1, text: "", problem: "too_long" },
      { number: 2, text: "next", problem: null },
    ]);
    expect(await linesOf([long, "y", long])).toEqual([{ number: 1, text: "", problem: "too_long" }]);
  });

  it("reports a line that is not UTF-8, and takes a replacement character that is written out", async () => {
    const lines = await linesOf([Uint8Array.of(0x61, 0xff, 0x0a), "\uFFFD\n"]);
    expect(lines.map((line) => line.problem)).toEqual(["not_utf8", null]);
  });
});

describe("lines of a file", () => {
  it("reads it whole", async () => {
    const path = join(folder, "lines.txt");
    writeFileSync(path, "one\ntwo\n");
    const lines = await collect(readFileLines(path));
    expect(lines.map((line) => line.text)).toEqual(["one", "two"]);
  });

  it("throws the system's error for a file that is not there", async () => {
    await expect(collect(readFileLines(join(folder, "missing")))).rejects.toThrow(/ENOENT/);
  });
});
