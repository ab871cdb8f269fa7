/** Which versions run, for `--version` and reports of faults. */
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

/** The line of `edgepolicy --version`. It says which uWebSockets.js release this machine loads, or that none does. */
export async function versionText(): Promise<string> {
  return `edgepolicy ${packageVersion()} (Node.js ${process.version}, uWebSockets.js ${await uwsVersion()})\n`;
}

async function uwsVersion(): Promise<string> {
  try {
    // Loaded here, because what asks for the package's version alone need not wait for the server.
    const { loadUws } = await import("../server/index.ts");
    return (await loadUws()).version;
  } catch {
    return "does not load here";
  }
}

/** From the nearest `package.json` above this file: the source and the built package differ in depth. */
export function packageVersion(): string {
  let folder = import.meta.dirname;
  while (!existsSync(join(folder, "package.json")) && dirname(folder) !== folder) folder = dirname(folder);
  const { version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8")) as { readonly version: string };
  return version;
}
