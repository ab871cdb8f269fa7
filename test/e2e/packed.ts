/**
 * Packs the package once, as it would be published, and unpacks it into a folder of its own. Its dependencies, and no
 * others, are links to what is installed here, so that no network is needed and a forgotten dependency still shows.
 */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** Folder that the package is installed in: `node_modules/edgepolicy` and `node_modules/.bin/edgepolicy` are below it. */
    readonly installed: string;
  }
}

const ROOT = join(import.meta.dirname, "../..");

function run(command: string, args: readonly string[], cwd: string): void {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed: ${error?.message ?? `${stdout}\n${stderr}`}`);
}

/** The path of the tarball. */
function pack(folder: string): string {
  run("npm", ["pack", "--silent", "--pack-destination", folder], ROOT);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("npm pack made no tarball");
  return join(folder, tarball);
}

interface Manifest {
  readonly dependencies: Readonly<Record<string, string>>;
  readonly optionalDependencies: Readonly<Record<string, string>>;
  readonly bin: { readonly edgepolicy: string };
}

function install(tarball: string, folder: string): void {
  const home = join(folder, "node_modules/edgepolicy");
  mkdirSync(home, { recursive: true });
  run("tar", ["-xzf", tarball, "-C", home, "--strip-components", "1"], folder);
  const { dependencies, optionalDependencies, bin } = JSON.parse(
    readFileSync(join(home, "package.json"), "utf8"),
  ) as Manifest;
  for (const name of Object.keys({ ...dependencies, ...optionalDependencies })) {
    const target = join(ROOT, "node_modules", name);
    const link = join(folder, "node_modules", name);
    mkdirSync(dirname(link), { recursive: true });
    if (existsSync(target)) symlinkSync(target, link);
  }
  mkdirSync(join(folder, "node_modules/.bin"));
  symlinkSync(join(home, bin.edgepolicy), join(folder, "node_modules/.bin/edgepolicy"));
}

export default function setup(project: TestProject): () => void {
  const folder = mkdtempSync(join(tmpdir(), "edgepolicy-packed-"));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    install(pack(folder), folder);
  } catch (problem) {
    remove();
    throw problem;
  }
  project.provide("installed", folder);
  return remove;
}
