/**
 * The packages that edgepolicy is timed beside. They are no dependencies of the project: they stand in a package of their own,
 * which is installed the first time they are asked for.
 */
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";

const FOLDER = import.meta.dirname;
const requireHere = createRequire(import.meta.filename);

/**
 * Installs the rivals where they are missing or of other versions than those of the lock file.
 *
 * @throws Where npm cannot, with what to do.
 */
export function installRivals(): void {
  if (isInstalled()) return;
  console.error("edgepolicy: installing the packages to compare with, in bench/rivals (once; about 60 MB) …");
  // Not `ci`: some npm versions refuse a lock file that has no entries for the binaries of other systems.
  const args = [
    "install",
    "--no-save",
    "--no-audit",
    "--no-fund",
    "--prefer-offline",
    "--ignore-scripts",
    "--loglevel=error",
  ];
  const [command, ...first] = npmCommand();
  const { status, stderr } = spawnSync(command, [...first, ...args], {
    cwd: FOLDER,
    encoding: "utf8",
    shell: process.platform === "win32",
  });
  if (status === 0) return;
  throw new Error(
    `npm could not install bench/rivals: ${stderr.trim()}\nRun \`npm install --no-save\` there with a network, or leave the group out.`,
  );
}

function isInstalled(): boolean {
  const installed = join(FOLDER, "node_modules/.package-lock.json");
  if (!existsSync(installed)) return false;
  const have = packagesOf(installed);
  const { dependencies = {} } = JSON.parse(readFileSync(join(FOLDER, "package.json"), "utf8")) as PackageFile;
  return Object.entries(dependencies).every(([name, version]) => have[`node_modules/${name}`]?.version === version);
}

interface PackageFile {
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
}

function packagesOf(lock: string): Readonly<Record<string, PackageFile>> {
  const { packages = {} } = JSON.parse(readFileSync(lock, "utf8")) as {
    readonly packages?: Readonly<Record<string, PackageFile>>;
  };
  return packages;
}

/** npm under this Node: the one that runs us, else the one on the PATH. */
function npmCommand(): readonly [string, ...string[]] {
  const own = process.env["npm_execpath"];
  return own !== undefined && /npm-cli\.[cm]?js$/.test(own) ? [process.execPath, own] : ["npm"];
}

/**
 * A rival's module, as its package offers it to `import`.
 *
 * @param name - The package, or a path in it.
 */
export async function importRival<T>(name: string): Promise<T> {
  return (await import(name)) as T;
}

/** As {@link importRival}, for packages that offer a path to `require` alone. */
export function requireRival(name: string): unknown {
  return requireHere(name);
}

/** The version that is installed. */
export function versionOf(name: string): string {
  const lock = packagesOf(join(FOLDER, "node_modules/.package-lock.json"));
  return lock[`node_modules/${name}`]?.version ?? "unknown";
}
