/** Files that are no text, too large, or not there. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { decodeText, MAX_POLICY_BYTES, memoryFiles, nodeFiles } from "../../../dsl/files.ts";
import { loadPolicy, nodeFiles as exported } from "../../../dsl/index.ts";

const folder = mkdtempSync(join(tmpdir(), "edgepolicy-files-"));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

describe("files on disk", () => {
  test("reads a file of exactly the largest size, and refuses one byte more", () => {
    const path = write("large", new Uint8Array(MAX_POLICY_BYTES).fill(32));
    const read = nodeFiles.read(path);
    expect(read.ok && read.bytes.length).toBe(MAX_POLICY_BYTES);
    expect(nodeFiles.read(path, MAX_POLICY_BYTES - 1)).toMatchObject({ ok: false, reason: "too_large" });
  });

  test("tells a missing file, a directory and a device from a file", () => {
    mkdirSync(join(folder, "sub"));
    expect(nodeFiles.read(join(folder, "none"))).toMatchObject({ ok: false, reason: "not_found" });
    expect(nodeFiles.read(join(folder, "sub"))).toMatchObject({ ok: false, reason: "directory" });
    expect(nodeFiles.read("/dev/null")).toMatchObject({ ok: false, reason: "unreadable" });
    symlinkSync("circle", join(folder, "circle"));
    expect(nodeFiles.read(join(folder, "circle"))).toMatchObject({ message: "links lead round in a circle" });
  });

  test("resolves paths against the file that names them", () => {
    expect(nodeFiles.resolve(join("a", "main.edgepolicy"), "../lists/x.txt")).toBe(join("lists", "x.txt"));
    expect(nodeFiles.resolve(join("a", "main.edgepolicy"), "/etc/x.txt")).toBe("/etc/x.txt");
    expect(memoryFiles({}).resolve("a/main.edgepolicy", "./b/../x")).toBe("a/x");
  });
});

describe("text", () => {
  test("is strict UTF-8 without a byte-order mark and without NUL", () => {
    expect(decodeText(new TextEncoder().encode("é\u{1F600}"))).toEqual({ ok: true, text: "é\u{1F600}" });
    expect(decodeText(new Uint8Array([0xef, 0xbb, 0xbf, 0x61]))).toMatchObject({ ok: false });
    expect(decodeText(new Uint8Array([0x61, 0x00]))).toMatchObject({ ok: false, message: "is binary, not text" });
  });

  test("names the first byte that is wrong", () => {
    const bytes = new Uint8Array([0x61, 0x62, 0xc3, 0xa9, 0xff, 0x61]);
    expect(decodeText(bytes)).toMatchObject({ ok: false, message: "is not UTF-8 (byte 4)" });
  });
});

describe("a policy file that cannot be read", () => {
  const codeOf = (path: string): readonly string[] => loadPolicy(path, exported).diagnostics.map((one) => one.code);

  test("is one error at its start, whatever it is", () => {
    expect(codeOf(join(folder, "none.edgepolicy"))).toEqual(["EP2010"]);
    expect(codeOf(folder)).toEqual(["EP2010"]);
    expect(codeOf(write("big.edgepolicy", "//".repeat(MAX_POLICY_BYTES)))).toEqual(["EP2011"]);
    expect(codeOf(write("latin1.edgepolicy", new Uint8Array([0x2f, 0x2f, 0xe9])))).toEqual(["EP2012"]);
    expect(codeOf(write("binary.edgepolicy", new Uint8Array([0x7f, 0x45, 0x4c, 0x46, 0, 1])))).toEqual(["EP2012"]);
  });

  test("still has a place among the sources", () => {
    const { sources, diagnostics, policy } = loadPolicy(join(folder, "none.edgepolicy"), exported);
    expect(policy).toBeNull();
    expect(sources[diagnostics[0]?.span.file ?? -1]?.path).toBe(join(folder, "none.edgepolicy"));
  });
});
