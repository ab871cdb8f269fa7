/**
 * Golden diagnostics: a text file holds the files of a policy, each after a line `--- PATH`, and after a line `===` what
 * `check` prints for it. `UPDATE=1` writes the second part anew.
 */
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { loadPolicyText, renderDiagnostics } from "../../dsl/index.ts";

const FOLDER = join(import.meta.dirname, "..", "golden", "check");
const SEPARATOR = "\n===\n";

export interface Golden {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
  readonly expected: string;
}

/** All cases, by name. */
export function loadGoldens(): Golden[] {
  const names = readdirSync(FOLDER).filter((name) => name.endsWith(".txt"));
  return names.sort().map((name) => readGolden(name));
}

function readGolden(name: string): Golden {
  const text = readFileSync(join(FOLDER, name), "utf8");
  const at = text.indexOf(SEPARATOR);
  const [source, expected] = at === -1 ? [text, ""] : [text.slice(0, at + 1), text.slice(at + SEPARATOR.length)];
  const sections = source.split(/^--- /m).slice(1);
  const files = sections.map((section) => {
    const end = section.indexOf("\n");
    return [section.slice(0, end), section.slice(end + 1)] as const;
  });
  return { name: name.replace(/\.txt$/, ""), files: Object.fromEntries(files), expected };
}

/** What `check` prints for the files of a case. */
export function renderGolden(golden: Golden): string {
  const { "policy.edgepolicy": main = "", ...others } = golden.files;
  const { diagnostics, sources } = loadPolicyText(main, others);
  const rendered = renderDiagnostics(diagnostics, sources, { color: false });
  if (process.env["UPDATE"] === "1") update(golden.name, rendered);
  return rendered;
}

function update(name: string, rendered: string): void {
  const path = join(FOLDER, `${name}.txt`);
  const text = readFileSync(path, "utf8");
  const at = text.indexOf(SEPARATOR);
  writeFileSync(path, text.slice(0, at + SEPARATOR.length) + rendered);
}
