/**
 * Runs `main.ts`, and every process that it starts, on sources from which another thread has stripped the types. Where Node strips them, it
 * does so in WebAssembly, whose memory grows; that detaches a buffer, and from the first such buffer on V8 looks, at every access to
 * every typed array, whether its buffer is still there. The package has no types to strip, so what is timed must not pay for it either.
 * With `--quick`, whose figures nobody believes, `main.ts` alone does so: processes that strip types themselves start in half the time.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

const register = pathToFileURL(join(import.meta.dirname, "strip/register.mjs"));
const options = ["--disable-warning=ExperimentalWarning", `--import=${register}`];
const args = [join(import.meta.dirname, "main.ts"), ...process.argv.slice(2)];
const quick = args.includes("--quick");
const inherited = [process.env.NODE_OPTIONS ?? "", ...options].join(" ").trim();
const child = spawn(process.execPath, quick ? [...options, ...args] : args, {
  stdio: "inherit",
  env: quick ? process.env : { ...process.env, NODE_OPTIONS: inherited },
});
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
