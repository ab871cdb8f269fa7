#!/usr/bin/env node
/** The program `edgepolicy`. */
import { startCompileCache } from "./compile-cache.ts";
import { holdSignals } from "./early-signals.ts";
import { tooOld } from "./old-node.ts";

// Without this, npm having warned at most, the first thing that is missing would end the program with a stack of its bundle.
const old = tooOld(process.versions.node);
if (old !== null) {
  process.stderr.write(old);
  process.exit(2);
}

// A reader that has seen enough (`| head`) closes the pipe; that is no error. A server goes on: its decision log counts what is lost.
process.stdout.on("error", (problem: NodeJS.ErrnoException) => {
  if (process.argv[2] === "serve") return;
  if (problem.code === "EPIPE") process.exit(0);
  void endOn(problem);
});
// There is nobody to tell, and the exit status still says how it went.
process.stderr.on("error", () => {});

if (process.argv[2] === "serve") holdSignals();
startCompileCache();
async function endOn(problem: NodeJS.ErrnoException): Promise<never> {
  const { fileProblem, problemText } = await import("./problem.ts");
  process.stderr.write(problemText(fileProblem("standard output", problem)));
  process.exit(2);
}

// Imported only now, because the cache serves what is loaded after it.
const { main, processIo } = await import("./index.ts");
process.exitCode = await main(process.argv.slice(2), processIo());
