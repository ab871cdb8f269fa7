/** Runs the command line in process, in a folder of its own, and keeps what it prints. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { onTestFinished } from "vitest";
import { type CliIo, main } from "../../../cli/index.ts";

export interface Printed {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface World {
  readonly stdin?: string | Uint8Array;
  readonly terminal?: boolean;
  readonly env?: Readonly<Record<string, string>>;
  readonly stop?: AbortSignal;
  /** Told all that was printed to standard output so far, at each write. */
  readonly onStdout?: (text: string) => void;
}

/** Runs `edgepolicy ARGV`. */
export async function edgepolicy(argv: readonly string[], world: World = {}): Promise<Printed> {
  const printed = { stdout: "", stderr: "" };
  const io: CliIo = {
    stdout: (text) => {
      printed.stdout += text;
      world.onStdout?.(printed.stdout);
      return undefined;
    },
    stderr: (text) => void (printed.stderr += text),
    stdin: async function* () {
      yield Buffer.from(world.stdin ?? "");
    },
    stdoutIsTerminal: world.terminal === true,
    stderrIsTerminal: world.terminal === true,
    stdinIsTerminal: world.stdin === undefined && world.terminal === true,
    env: world.env ?? {},
    ...(world.stop === undefined ? {} : { stop: world.stop }),
  };
  const status = await main(argv, io);
  return { status, ...printed };
}

/** A temporary folder with files; the function gives the path of a file in it. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>> = {}): (name: string) => string {
  const folder = mkdtempSync(join(tmpdir(), "edgepolicy-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return (name) => join(folder, name);
}

/** Text of a file. */
export function textOf(path: string): string {
  return readFileSync(path, "utf8");
}

/** A policy with a signal, a limit and a ban that takes three failed sign-ins. */
export const SIGN_IN = `policy "sign-in" {
  owner   "team-edge"
  default allow
}

route login = POST "/v1/login"

signal fails  = count on login where response.status == 401 per ip over 5m
signal agents = distinct(header["user-agent"] ?? "") per ip over 5m

limit pace on login per ip allow 10 per 1m

rule stuffing on login when fails > 2 or agents > 50 then block for 5m per ip
  because "too many sign-ins fail"
`;
