/**
 * Four projects: `unit` (what only computes), `server` (in process too, with sockets, files and threads), `e2e` (the packed tarball) and
 * `service` (other servers; not in `npm test`).
 */
import { availableParallelism } from "node:os";
import { defineConfig, type ViteUserConfig } from "vitest/config";
import { LongestFirst } from "./test/helpers/longest-first.ts";

const slow = 60_000;

/** For tests that start the program or threads of it: `test/helpers/bundled.ts`. */
const bundled = {
  globalSetup: ["test/helpers/bundled.ts"],
  execArgv: ["--import", new URL("test/helpers/bundled-threads.mjs", import.meta.url).href],
};

/** Many of these wait for a time, a socket or a program that they started: twice as many files as processors run at once. */
const waiting = { maxWorkers: 2 * availableParallelism(), sequence: { groupOrder: 0 } };

const config: ViteUserConfig = defineConfig({
  test: {
    // By default one processor is left idle, which is half of a machine with two.
    maxWorkers: "100%",
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/service/**", "test/unit/server/**", "**/node_modules/**"],
          ...bundled,
          // Files share a process, which loads and warms up the engine once: a third of the time is saved.
          isolate: false,
          // Node loads modules itself: those of Vite's runner reach each other through objects, which costs what computes a tenth.
          experimental: { viteModuleRunner: false },
          sequence: { groupOrder: 1 },
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "server",
          include: ["test/unit/server/**/*.test.ts"],
          ...bundled,
          ...waiting,
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/e2e/packed.ts"],
          ...waiting,
          testTimeout: slow,
          hookTimeout: slow,
        },
      },
      {
        test: {
          name: "service",
          include: ["test/service/**/*.test.ts"],
          ...bundled,
          fileParallelism: false,
          testTimeout: slow,
          hookTimeout: slow,
        },
      },
    ],
  },
});

export default config;
