import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

interface Entry {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const lock = JSON.parse(readFileSync(join(import.meta.dirname, "../../../package-lock.json"), "utf8")) as {
  readonly packages: Readonly<Record<string, Entry>>;
};

/** What `name` means to the package at `path`: the nearest entry from there to the root. */
function resolve(path: string, name: string): Entry | undefined {
  const below = lock.packages[`${path === "" ? "" : `${path}/`}node_modules/${name}`];
  if (below !== undefined || path === "") return below;
  const parent = path.lastIndexOf("/node_modules/");
  return resolve(parent < 0 ? "" : path.slice(0, parent), name);
}

// A lock file written with a registry that lacks other systems' binaries lacks them too, and `npm ci` refuses it everywhere else.
it("the lock file knows the binaries of every system", () => {
  const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.keys(optionalDependencies).filter((name) => resolve(path, name) === undefined),
  );
  expect(missing).toEqual([]);
});
