#!/usr/bin/env node
/** The program `edgepolicy`. */
import { main, processIo } from "./index.ts";

// A reader that has seen enough (`| head`) closes the pipe; that is no error.
process.stdout.on("error", (problem: NodeJS.ErrnoException) => {
  process.exit(problem.code === "EPIPE" ? 0 : 2);
});

process.exitCode = await main(process.argv.slice(2), processIo());
