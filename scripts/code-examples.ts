/**
 * Examples of the diagnostics: `dsl/codes/examples/*.txt` hold for each code a policy that raises it and the same policy mended.
 *
 * `=== CODE` begins the broken one, `=== mended` the other, `--- PATH` another file of either; a time may follow the code
 * (`now 2027-02-01`) where dates matter, or a caller (`via nginx`). `⟪TEXT×N⟫` stands for the text N times, in which `⟨n⟩` counts from 1 and `⟨n-1⟩` from 0, and
 * `\u` escapes are resolved.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CALLERS,
  type CallerName,
  type Diagnostic,
  loadForCallers,
  type LoadResult,
  loadPolicyText,
  makeSource,
  parse,
} from "../dsl/index.ts";

const FOLDER = join(import.meta.dirname, "..", "dsl", "codes", "examples");

/** Files by path; the policy is `policy.edgepolicy`. */
export type ExampleFiles = Readonly<Record<string, string>>;

export interface CodeExample {
  readonly code: string;
  readonly nowMicros: number | null;
  readonly via: readonly CallerName[];
  readonly broken: ExampleFiles;
  readonly mended: ExampleFiles;
}

/** Every example, in the order of the codes. */
export function codeExamples(): readonly CodeExample[] {
  const texts = readdirSync(FOLDER).map((name) => readFileSync(join(FOLDER, name), "utf8"));
  return texts.flatMap(readExamples).sort((a, b) => (a.code < b.code ? -1 : 1));
}

function readExamples(text: string): readonly CodeExample[] {
  const sections = text.split(/^=== /m).slice(1);
  return sections.flatMap((section, index) => {
    const { title, files } = readSection(section);
    if (title === "mended") return [];
    const [code = "", word, value = ""] = title.split(" ");
    const next = readSection(sections[index + 1] ?? "");
    if (next.title !== "mended") throw new Error(`${code} has no mended example`);
    const nowMicros = word === "now" ? Date.parse(value) * 1_000 : null;
    const via = word === "via" ? CALLERS.filter((name) => name === value) : [];
    return [{ code, nowMicros, via, broken: files, mended: next.files }];
  });
}

function readSection(section: string): { readonly title: string; readonly files: ExampleFiles } {
  const end = section.indexOf("\n");
  const parts = section.slice(end + 1).split(/^--- /m);
  const others = parts.slice(1).map((part) => {
    const line = part.indexOf("\n");
    return [part.slice(0, line), part.slice(line + 1)] as const;
  });
  return {
    title: section.slice(0, end),
    files: { "policy.edgepolicy": parts[0] ?? "", ...Object.fromEntries(others) },
  };
}

/** A text with its repetitions written out. */
export function writtenOut(text: string): string {
  return text.replace(/⟪([^⟫]*)×(\d+)⟫/g, (_, part: string, times: string) => {
    const plain = part.replace(/\\u([0-9A-F]{4})/g, (__, digits: string) => String.fromCharCode(parseInt(digits, 16)));
    return Array.from({ length: Number(times) }, (__, index) =>
      plain.replaceAll("⟨n⟩", String(index + 1)).replaceAll("⟨n-1⟩", String(index)),
    ).join("");
  });
}

/** Codes that files have by themselves, before one names another: `fmt` and editors see them. */
export const OF_TEXT: ReadonlySet<string> = new Set(["EP1001", "EP1002", "EP1007"]);

/** What comes of the broken or the mended files of an example, at its time. */
export function loadExample({ code, nowMicros, via }: CodeExample, files: ExampleFiles): LoadResult {
  const texts = Object.entries(files).map(([path, text]) => [path, writtenOut(text)] as const);
  const { [MAIN]: main = "", ...others } = Object.fromEntries(texts);
  const load = loadForCallers(loadPolicyText(main, others, nowMicros === null ? {} : { nowMicros }), { via });
  if (!OF_TEXT.has(code)) return load;
  return { ...load, diagnostics: parse(main).diagnostics, sources: [makeSource(MAIN, main)] };
}

const MAIN = "policy.edgepolicy";

/** The distinct codes of diagnostics. */
export function codesOf(diagnostics: readonly Diagnostic[]): readonly string[] {
  return [...new Set(diagnostics.map(({ code }) => code))];
}
