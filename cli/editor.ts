/** The language server with what only the whole program can do: run tests. */
import { serveLanguage } from "../dsl/index.ts";

/** Answers an editor over the process's own streams. The process ends when the editor says so, or when its stream does. */
export async function serveEditor(version: string): Promise<void> {
  await serveLanguage(
    { input: process.stdin, output: process.stdout },
    { version, runTest: async (path, name, files) => (await import("./one-test.ts")).runOneTest(path, name, files) },
  );
}
