/** Three projects: `unit` (everything in process), `e2e` (the packed tarball) and `service` (other servers; not in `npm test`). */
import { defineConfig, type ViteUserConfig } from "vitest/config";

const slow = 60_000;

const config: ViteUserConfig = defineConfig({
  test: {
    // By default one processor is left idle, which is half of a machine with two.
    maxWorkers: "100%",
    projects: [
      {
        test: {
          name: "unit",
          include: ["test/**/*.test.ts"],
          exclude: ["test/e2e/**", "test/service/**", "**/node_modules/**"],
          testTimeout: 20_000,
        },
      },
      {
        test: {
          name: "e2e",
          include: ["test/e2e/**/*.test.ts"],
          globalSetup: ["test/e2e/packed.ts"],
          testTimeout: slow,
          hookTimeout: slow,
        },
      },
      {
        test: {
          name: "service",
          include: ["test/service/**/*.test.ts"],
          fileParallelism: false,
          testTimeout: slow,
          hookTimeout: slow,
        },
      },
    ],
  },
});

export default config;
