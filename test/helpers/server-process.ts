/** `edgepolicy serve` in a process of its own, which can be killed. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { inject, onTestFinished } from "vitest";

export interface ServerProcess {
  readonly child: ChildProcess;
  readonly port: number;
  readonly adminUrl: string;
  /** What it wrote to standard error so far. */
  readonly reports: () => string;
  /** Resolves to its exit status; null where a signal ended it. */
  readonly ended: Promise<number | null>;
}

/** Starts a server on free ports and waits until it listens. It is killed when the test ends. */
export async function serveInProcess(
  args: readonly string[],
  nodeArgs: readonly string[] = [],
): Promise<ServerProcess> {
  const listeners = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0", "--format", "json"];
  const bundle = inject("bundle");
  const program = join(bundle, "edgepolicy.js");
  // It keeps its compiled code beside the bundle, not in the folder of whoever runs the tests.
  const env = { ...process.env, XDG_CACHE_HOME: join(bundle, "cache") };
  const child = spawn(process.execPath, [...nodeArgs, program, "serve", ...args, ...listeners], { env });
  onTestFinished(() => void child.kill("SIGKILL"));
  let reports = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (reports += text));
  const ended = once(child, "exit").then(([status]) => status as number | null);
  const [line] = (await Promise.race([once(child.stdout.setEncoding("utf8"), "data"), ended.then(() => [""])])) as [
    string,
  ];
  if (line === "") throw new Error(`the server ended: ${reports}`);
  const { url, adminUrl } = JSON.parse(line) as { readonly url: string; readonly adminUrl: string };
  return { child, port: Number(new URL(url).port), adminUrl, reports: () => reports, ended };
}
