import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { FollowedFile } from "../../../../server/outcomes/follow-file.ts";
import { temporaryFolder, until } from "../../../helpers/server.ts";

interface Followed {
  readonly path: string;
  readonly lines: string[];
  readonly file: FollowedFile;
}

function follow(before: string | null): Followed {
  const path = join(temporaryFolder(), "access.log");
  if (before !== null) writeFileSync(path, before);
  const lines: string[] = [];
  const file = new FollowedFile(path, (line) => lines.push(line));
  onTestFinished(() => file.close());
  return { path, lines, file };
}

describe("a followed file", () => {
  it("is read from its end, line by line, whatever the pieces", async () => {
    const { path, lines } = follow("old\nbegun");
    appendFileSync(path, " before\none\ntw");
    await until(() => lines.length === 2);
    appendFileSync(path, "o\n\nthree\n");
    await until(() => lines.length === 4);
    expect(lines).toEqual([" before", "one", "two", "three"]);
  });

  it("is waited for, and then read from its beginning", async () => {
    const { path, lines } = follow(null);
    writeFileSync(path, "first\n");
    await until(() => lines.length === 1);
    expect(lines).toEqual(["first"]);
  });

  it("is waited for while a folder or a pipe is in its place", async () => {
    const { path, lines } = follow("");
    for (const make of [() => mkdirSync(path), () => execFileSync("mkfifo", [path])]) {
      rmSync(path, { recursive: true });
      make();
      await new Promise((resolve) => setTimeout(resolve, 120));
    }
    rmSync(path);
    writeFileSync(path, "at last\n");
    await until(() => lines.length === 1);
    expect(lines).toEqual(["at last"]);
  });

  it("is followed over a rotation, with what was written to the old one last", async () => {
    const { path, lines } = follow("");
    appendFileSync(path, "one\n");
    renameSync(path, `${path}.1`);
    appendFileSync(`${path}.1`, "two\n");
    writeFileSync(path, "three\n");
    await until(() => lines.length === 3);
    expect(lines).toEqual(["one", "two", "three"]);
  });

  it("is read anew where it was emptied", async () => {
    const { path, lines } = follow("");
    appendFileSync(path, "a long line before\n");
    await until(() => lines.length === 1);
    truncateSync(path, 0);
    await new Promise((resolve) => setTimeout(resolve, 120));
    appendFileSync(path, "new\n");
    await until(() => lines.length === 2);
    expect(lines[1]).toBe("new");
  });

  it("has lines that are too long left out and counted, and goes on after them", async () => {
    const { path, lines, file } = follow("");
    appendFileSync(path, `${"x".repeat(200_000)}\nafter\n`);
    await until(() => lines.length === 1);
    expect({ lines, skipped: file.skipped }).toEqual({ lines: ["after"], skipped: 1 });
  });
});
