#!/usr/bin/env node
/** The program `edgepolicy`. */
import { startCompileCache } from "./compile-cache.ts";

// A reader that has seen enough (`| head`) closes the pipe; that is no error.
process.stdout.on("error", (problem: NodeJS.ErrnoException) => {
  process.exit(problem.code === "EPIPE" ? 0 : 2);
});

startCompileCache();
// Imported only now, because the cache serves what is loaded after it.
const { main, processIo } = await import("./index.ts");
process.exitCode = await main(process.argv.slice(2), processIo());
