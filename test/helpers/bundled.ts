/**
 * Bundles the program for the tests that start it, or threads of it: from sources, each start would strip the types of hundreds of
 * files anew, which takes a second of a processor for every process and every thread.
 */
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import type { TestProject } from "vitest/node";
import { bundle, programEntries } from "../../scripts/bundle.ts";

declare module "vitest" {
  interface ProvidedContext {
    /** Folder with `edgepolicy.js`, the program as it is in the sources. */
    readonly bundle: string;
  }
}

const ROOT = join(import.meta.dirname, "../..");
/** Threads of the tests' own. */
const OWN = ["shared-worker", "replay-worker"];

/** What `bundled-threads.mjs` reads. */
const VARIABLE = "EDGEPOLICY_TEST_BUNDLE";

/** All projects of a run have the bundle of the first. */
export default async function setup(project: TestProject): Promise<() => void> {
  const made = process.env[VARIABLE];
  const folder = made ?? (await makeBundle());
  process.env[VARIABLE] = folder;
  project.provide("bundle", folder);
  return () => {
    if (made === undefined) rmSync(folder, { recursive: true, force: true });
  };
}

async function makeBundle(): Promise<string> {
  const cache = join(ROOT, ".cache");
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, "bundle-"));
  const own = OWN.map((name) => [name, join(import.meta.dirname, `${name}.ts`)]);
  await bundle({ ...programEntries(ROOT, "ts"), ...Object.fromEntries(own) }, folder);
  return folder;
}
