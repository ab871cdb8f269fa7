/**
 * Runs `main.ts`, and every process that it starts, on sources from which another thread has stripped the types. Where Node strips them, it
 * does so in WebAssembly, whose memory grows; that detaches a buffer, and from the first such buffer on V8 looks, at every access to
 * every typed array, whether its buffer is still there. The package has no types to strip, so what is timed must not pay for it either.
 */
import { spawn } from "node:child_process";
import { join } from "node:path";
import process from "node:process";
import { pathToFileURL } from "node:url";

const register = pathToFileURL(join(import.meta.dirname, "strip/register.mjs"));
const options = `${process.env.NODE_OPTIONS ?? ""} --disable-warning=ExperimentalWarning --import=${register}`;
const child = spawn(process.execPath, [join(import.meta.dirname, "main.ts"), ...process.argv.slice(2)], {
  stdio: "inherit",
  env: { ...process.env, NODE_OPTIONS: options.trim() },
});
child.on("exit", (code) => {
  process.exitCode = code ?? 1;
});
