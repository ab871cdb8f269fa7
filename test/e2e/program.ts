/** Runs the installed program, in folders that are removed when the test ends. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { inject, onTestFinished } from "vitest";

export interface Answer {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** The environment of a user: the installed program and this Node.js come first. */
function environment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const bin = join(inject("installed"), "node_modules/.bin");
  const path = [bin, dirname(process.execPath), process.env["PATH"]].join(delimiter);
  return { ...process.env, PATH: path, ...extra };
}

/** The program as it was installed. */
function program(): string {
  return join(inject("installed"), "node_modules/.bin/edgepolicy");
}

interface RunOptions {
  readonly cwd?: string;
  readonly input?: string | Buffer;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs `edgepolicy ARGS` to its end. */
export function edgepolicy(args: readonly string[], { cwd, input = "", env = {} }: RunOptions = {}): Answer {
  const options = {
    cwd: cwd ?? inject("installed"),
    input,
    env: environment(env),
    encoding: "utf8",
    timeout: 60_000,
  } as const;
  const { status, stdout, stderr } = spawnSync(program(), args, { ...options, maxBuffer: 2 ** 28 });
  return { status, stdout, stderr };
}

/** Runs a line of shell that calls `edgepolicy`. */
export function shell(line: string, { cwd, env = {} }: RunOptions = {}): Answer {
  const options = {
    cwd: cwd ?? inject("installed"),
    env: environment(env),
    encoding: "utf8",
    timeout: 60_000,
  } as const;
  const { status, stdout, stderr } = spawnSync("sh", ["-c", line], options);
  return { status, stdout, stderr };
}

/** A program that goes on. */
export interface Going {
  readonly child: ChildProcess;
  /** The next line of standard output. */
  readonly line: () => Promise<string>;
  /** All of standard error so far. */
  readonly stderr: () => string;
  /** The exit status. */
  readonly ended: Promise<number | null>;
}

/** Starts `edgepolicy ARGS`; it is killed at the end of the test if it still runs. */
export function start(args: readonly string[], { cwd, env = {} }: RunOptions = {}): Going {
  const child = spawn(program(), args, { cwd: cwd ?? inject("installed"), env: environment(env) });
  onTestFinished(() => void child.kill("SIGKILL"));
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => void (stderr += text));
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    child,
    line: async () => String((await lines.next()).value ?? ""),
    stderr: () => stderr,
    ended: once(child, "exit").then(([status]) => status as number | null),
  };
}

/** What `serve --format json` says when it is ready. */
export interface Serving extends Going {
  readonly url: string;
  readonly adminUrl: string | null;
}

/** Starts `edgepolicy serve` on ports of the system's choice, and waits until it serves. */
export async function serve(args: readonly string[], options: RunOptions = {}): Promise<Serving> {
  const ports = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];
  const going = start(["serve", ...args, ...ports, "--format", "json"], options);
  const line = await going.line();
  if (line === "") throw new Error(`did not serve: ${going.stderr()}`);
  return { ...going, ...(JSON.parse(line) as { url: string; adminUrl: string | null }) };
}

/** A new folder with files, and its path. */
export function folderWith(files: Readonly<Record<string, string | Uint8Array>> = {}): string {
  const folder = mkdtempSync(join(tmpdir(), "edgepolicy-e2e-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), content);
  }
  return folder;
}

/** A policy that blocks an address for five minutes after three failed sign-ins. */
export const SIGN_IN = `policy "sign-in" {
  owner   "team-edge"
  default allow
}

route login = POST "/v1/login"

signal fails = count on login where response.status == 401 per ip over 5m

rule stuffing on login when fails > 2 then block for 5m per ip because "too many sign-ins fail"
`;

/** A request line that signs in, and fails where it is let through. */
export const FAILED_SIGN_IN: string = `${JSON.stringify({
  method: "POST",
  path: "/v1/login",
  ip: "203.0.113.9",
  response: { status: 401 },
})}\n`;
