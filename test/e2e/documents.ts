/**
 * Runs what documents show:
 * `edgepolicy` blocks of one document, joined, are one policy that checks (against the inventory shown there, if any); those of a group
 * (`edgepolicy NAME`) are one of their own, which commands find as `NAME.edgepolicy`; every line of a `sh` block and every `$` line of
 * a `console` block runs, by the installed program, in a folder that holds the examples, and a `console` block's output is what the command prints.
 * Commands that other suites run as they stand (`npm test`, the service tests) are named in `RUN_ELSEWHERE`.
 */
import {
  cpSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadPolicyText, renderDiagnostics } from "../../dsl/index.ts";
import { runTests } from "../../simulator/index.ts";
import { fitsShown, readBlocks, readConsole } from "../helpers/markdown.ts";
import { shell } from "./program.ts";

const root = new URL("../../", import.meta.url).pathname;
const logs = join(root, "../shared/data/access-logs");

/** Run by `.ci/run`, by the e2e tests of `serve`, or by hand because they do not end by themselves. */
const RUN_ELSEWHERE = [
  /^git clone /,
  /^cd /,
  /^npm (start|test|ci|run)\b/,
  /^edgepolicy serve /,
  /^curl /,
  /^nginx /,
  /^wrk /,
];

let folder = "";

function run(command: string): { status: number | null; output: string } {
  const { status, stdout } = shell(`${command} 2>&1`, { cwd: folder, env: { NO_COLOR: "1" } });
  return { status, output: stdout };
}

/** Files of keys and secrets that a policy names. They are there; who verifies reads them. */
function credentialFiles(policy: string): Readonly<Record<string, string>> {
  const names = [...policy.matchAll(/\b(?:keys|secrets) "([^":]+)"/g)].map(([, name = ""]) => name);
  return Object.fromEntries(names.map((name) => [name, ""]));
}

/** Names of the policy's own tests that fail. */
function failedTests({ policy, sources, tests }: ReturnType<typeof loadPolicyText>): string[] {
  if (policy === null) return [];
  const load = (): ReturnType<typeof loadPolicyText> => loadPolicyText("");
  const suite = { file: "policy.edgepolicy", policy, sources, tests };
  const { tests: results } = runTests(suite, { load, coverage: false, filter: null });
  return results.filter(({ passed }) => !passed).map(({ test: { name } }) => name);
}

function isRunHere(command: string): boolean {
  return command !== "" && !command.startsWith("#") && !RUN_ELSEWHERE.some((pattern) => pattern.test(command));
}

/** The recorded log is not part of the project. */
function needsLogs(command: string): boolean {
  return /\blogs\//.test(command);
}

/**
 * Tests all that documents show.
 *
 * @param documents - Paths from the project's root.
 */
export function testDocuments(documents: readonly string[]): void {
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "edgepolicy-docs-"));
    cpSync(join(root, "examples"), join(folder, "examples"), { recursive: true });
    if (existsSync(logs)) symlinkSync(logs, join(folder, "logs"));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  describe.each(documents)("%s", (document) => {
    const blocks = readBlocks(readFileSync(join(root, document), "utf8"));
    const policyBlocks = blocks.filter((block) => block.language === "edgepolicy");
    const shown = blocks.find((block) => block.language === "yaml" && block.text.startsWith("teams:"));
    const example = document.startsWith("docs/attacks/") ? "attacks" : "orders";
    const inventory = shown?.text ?? readFileSync(join(root, `examples/${example}/clients.yaml`), "utf8");
    for (const group of new Set(policyBlocks.map((block) => block.group))) {
      const policy = policyBlocks.filter((block) => block.group === group).map((block) => block.text);
      beforeAll(() => {
        if (group === "") return;
        writeFileSync(join(folder, "clients.yaml"), inventory);
        writeFileSync(join(folder, `${group}.edgepolicy`), policy.join("\n\n"));
      });
      test(`shows a policy that checks${group === "" ? "" : `: ${group}`}`, () => {
        const text = policy.join("\n\n");
        const loaded = loadPolicyText(text, { ...credentialFiles(text), "clients.yaml": inventory });
        const errors = loaded.diagnostics.filter((diagnostic) => diagnostic.severity === "error");
        expect(renderDiagnostics(errors, loaded.sources, { color: false })).toBe("");
        expect(failedTests(loaded)).toEqual([]);
      });
    }
    const commands = blocks.filter((block) => block.language === "sh").flatMap((block) => block.text.split("\n"));
    test.each(commands.filter(isRunHere))("runs `%s`", (command) => {
      if (needsLogs(command) && !existsSync(logs)) return;
      expect(run(command)).toMatchObject({ status: 0 });
    });
    const steps = blocks.filter((block) => block.language === "console").flatMap((block) => readConsole(block.text));
    test.each(steps.filter((step) => isRunHere(step.command)))("prints what it shows for `$command`", (step) => {
      if (needsLogs(step.command) && !existsSync(logs)) return;
      const { output } = run(step.command);
      expect(fitsShown(output, step.output) ? step.output : output).toBe(step.output);
    });
    test("has only blocks that are run, here or by the service tests, or plain", () => {
      const plain = ["json", "yaml", "ts", "text", "http", "ndjson", "ini", "dockerfile"];
      // `bash` is a script of several lines, which the suite of what it is about runs.
      const proxies = ["nginx", "nginx-log", "nginx-sizes", "caddy", "caddy-log", "caddy-sizes", "haproxy", "spoe"];
      const byServices = ["bash", ...proxies];
      const languages = new Set(blocks.map((block) => block.language));
      for (const known of ["edgepolicy", "sh", "console", ...byServices, ...plain]) languages.delete(known);
      expect([...languages]).toEqual([]);
    });
  });
}

/** The documents of a folder. */
export function documentsIn(path: string): readonly string[] {
  return readdirSync(join(root, path), { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map((entry) => `${path}/${entry.name}`);
}

/** The README of each folder of examples. */
export function exampleReadmes(): readonly string[] {
  return readdirSync(join(root, "examples"))
    .map((name) => `examples/${name}/README.md`)
    .filter((path) => existsSync(join(root, path)));
}
