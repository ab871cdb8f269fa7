/**
 * Goldens as text: a file holds cases, each a title after `# `, a source, a line `==>` and what comes of it.
 * `UPDATE=1` writes what comes of it anew; the difference is to be read before it is committed.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

const FOLDER = join(import.meta.dirname, "..", "golden");

interface Golden {
  readonly title: string;
  readonly source: string;
  readonly expected: string;
}

/** Runs every case of a folder of goldens as a test. */
export function runGoldens(folder: string, produce: (source: string) => string): void {
  const path = join(FOLDER, folder);
  for (const name of readdirSync(path)
    .filter((file) => file.endsWith(".txt"))
    .sort()) {
    const file = join(path, name);
    const goldens = readGoldens(readFileSync(file, "utf8"));
    if (process.env["UPDATE"] === "1")
      writeFileSync(file, goldens.map((golden) => write(golden, produce(golden.source))).join("\n"));
    for (const { title, source, expected } of process.env["UPDATE"] === "1" ? [] : goldens) {
      it(`${name.replace(".txt", "")}: ${title}`, () => expect(produce(source).trimEnd()).toBe(expected.trimEnd()));
    }
    it(`${name} has cases`, () => expect(goldens.length).toBeGreaterThan(0));
  }
}

function readGoldens(text: string): readonly Golden[] {
  return text
    .split(/^# /m)
    .slice(1)
    .map((section) => {
      const end = section.indexOf("\n");
      const [source = "", expected = ""] = section.slice(end + 1).split(/^==>\n/m);
      return { title: section.slice(0, end), source, expected };
    });
}

function write({ title, source }: Golden, produced: string): string {
  return `# ${title}\n${source}==>\n${produced.trimEnd()}\n`;
}
