/** The cache of compiled code: where it is kept, how it is turned off, and that a start never depends on it. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

const BIN = join(import.meta.dirname, "../../../cli/bin.ts");

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "edgepolicy-cache-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Runs `edgepolicy fmt --help` with nothing of the cache in the environment but what is given. */
function run(given: Readonly<Record<string, string>>): { status: number | null; stdout: string; stderr: string } {
  const { NODE_COMPILE_CACHE: _dir, NODE_DISABLE_COMPILE_CACHE: _off, ...rest } = process.env;
  const env = { ...rest, ...given };
  const { status, stdout, stderr } = spawnSync(process.execPath, [BIN, "fmt", "--help"], { encoding: "utf8", env });
  return { status, stdout, stderr };
}

function filesIn(name: string): readonly string[] {
  const path = join(folder, name);
  if (!existsSync(path)) return [];
  return readdirSync(path, { recursive: true, withFileTypes: true }).flatMap((each) =>
    each.isFile() ? each.name : [],
  );
}

describe.runIf(process.platform === "linux")("the compile cache", () => {
  it("lies in the user's folder of caches", () => {
    expect(run({ XDG_CACHE_HOME: folder })).toMatchObject({ status: 0, stderr: "" });
    expect(readdirSync(folder)).toEqual(["edgepolicy"]);
    expect(filesIn("edgepolicy").length).toBeGreaterThan(0);
  });

  it("lies in the home folder where no other is named, or none that is a whole path", () => {
    expect(run({ HOME: folder, XDG_CACHE_HOME: "relative" }).status).toBe(0);
    expect(filesIn(".cache/edgepolicy").length).toBeGreaterThan(0);
    expect(existsSync("relative")).toBe(false);
  });

  it("lies where Node is told to keep it", () => {
    expect(run({ XDG_CACHE_HOME: folder, NODE_COMPILE_CACHE: join(folder, "other") }).status).toBe(0);
    expect(readdirSync(folder)).toEqual(["other"]);
  });

  it("is off where Node is told so", () => {
    expect(run({ XDG_CACHE_HOME: folder, NODE_DISABLE_COMPILE_CACHE: "1" }).status).toBe(0);
    expect(readdirSync(folder)).toEqual([]);
  });

  it("changes nothing where it cannot be written, and nothing on the second start", () => {
    writeFileSync(join(folder, "file"), "");
    const without = run({ XDG_CACHE_HOME: join(folder, "file") });
    expect(without).toMatchObject({ status: 0, stderr: "" });
    expect([run({ XDG_CACHE_HOME: folder }), run({ XDG_CACHE_HOME: folder })]).toEqual([without, without]);
  });
});
