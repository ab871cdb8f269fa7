/** A small file is read whole, and no more of it than it may hold, whatever it is. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readBoundedText } from "../../../traffic/index.ts";
import { temporaryFolder } from "../../helpers/server.ts";

test("a file is read to its end, up to the bound", () => {
  const path = join(temporaryFolder(), "small");
  for (const text of ["", "é", "x".repeat(100)]) {
    writeFileSync(path, text);
    expect(readBoundedText(path, 100)).toBe(text);
  }
  writeFileSync(path, "x".repeat(101));
  expect(() => readBoundedText(path, 100)).toThrow("it is larger than 100 bytes");
});

test("a device without an end is larger than anything", () => {
  expect(() => readBoundedText("/dev/zero", 1_000)).toThrow("it is larger than 1000 bytes");
});

test("a pipe is read as it comes", () => {
  const program = `import { readBoundedText } from "${new URL("../../../traffic/index.ts", import.meta.url).href}";
process.stdout.write(readBoundedText("/dev/stdin", 100));`;
  const { stdout } = spawnSync("sh", [
    "-c",
    '(printf a; sleep 0.2; printf b) | "$0" --input-type=module -e "$1"',
    process.execPath,
    program,
  ]);
  expect(stdout.toString()).toBe("ab");
});

test("what cannot be opened says what the system says", () => {
  expect(() => readBoundedText("/nowhere", 1)).toThrow(/ENOENT/);
  expect(() => readBoundedText(temporaryFolder(), 1)).toThrow(/EISDIR/);
});
