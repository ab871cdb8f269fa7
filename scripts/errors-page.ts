/**
 * Writes `docs/errors.md` from the registry of codes and their examples. `node scripts/errors-page.ts --check` writes nothing and exits 1
 * if the page is not what it would write.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { CODES, type CodeEntry, renderDiagnostics } from "../dsl/index.ts";
import { type CodeExample, codeExamples, type ExampleFiles, loadExample, OF_TEXT } from "./code-examples.ts";

const PAGE = join(import.meta.dirname, "..", "docs", "errors.md");

const FAMILIES: readonly (readonly [prefix: string, title: string, about: string])[] = [
  ["EP1", "Text and syntax", "What a file says cannot be read."],
  [
    "EP2",
    "Names, types and declarations",
    "What was read contradicts the language, another declaration or the inventory.",
  ],
  [
    "EP3",
    "Lints",
    "Warnings about policies that are valid but hardly meant that way. Each states a proven fact, never a guess.",
  ],
  [
    "EP4",
    "Callers",
    "What a policy relies on although the proxies that ask do not show or carry it. Reported by `edgepolicy check --via`, and when `serve` starts.",
  ],
];

/** The whole page. */
export function errorsPage(): string {
  const examples = new Map(codeExamples().map((example) => [example.code, example]));
  const sections = FAMILIES.flatMap(([prefix, title, about]) => {
    const entries = CODES.filter(({ code }) => code.startsWith(prefix));
    if (entries.length === 0) return [];
    return [`## ${title}\n\n${about}\n`, ...entries.map((entry) => section(entry, examples.get(entry.code)))];
  });
  return [HEAD, ...sections].join("\n");
}

const HEAD = `# Errors and warnings

Every diagnostic has a code that never changes its meaning; \`edgepolicy check --explain CODE\` prints its paragraph. Each paragraph is followed by a
policy that raises the diagnostic, what \`edgepolicy check\` prints about it, and the corrected policy. In the examples \`⟪x×3⟫\` stands for \`xxx\`,
\`⟨n⟩\` inside it for the number of the repetition, and \`--- NAME\` begins another file. This page is written by \`scripts/errors-page.ts\`.
`;

function section(entry: CodeEntry, example: CodeExample | undefined): string {
  const head = `### ${entry.code}: ${entry.title}\n\n${entry.explanation}\n`;
  if (example === undefined) return head;
  const { diagnostics, sources } = loadExample(example, example.broken);
  const own = diagnostics.filter(({ code }) => code === entry.code).slice(0, 1);
  const printed = renderDiagnostics(own, sources, { color: false });
  const mends =
    own.some(({ fix }) => fix !== null) && !OF_TEXT.has(entry.code)
      ? "Mended, which `edgepolicy check --fix` can do:"
      : "Mended:";
  const time = circumstances(example);
  return [
    head,
    time + fenced(written(example.broken)),
    fenced(printed),
    `${mends}\n`,
    fenced(written(example.mended)),
  ].join("\n");
}

function written(files: ExampleFiles): string {
  return Object.entries(files)
    .map(([path, text]) => (path === "policy.edgepolicy" ? text : `--- ${path}\n${text}`))
    .join("");
}

/** Text that could end a fence does not occur: no policy has three backticks. */
function circumstances({ nowMicros, via }: CodeExample): string {
  if (via.length > 0) return `With \`--via ${via.join(",")}\`:\n\n`;
  return nowMicros === null ? "" : `On ${new Date(nowMicros / 1_000).toISOString().slice(0, 10)}:\n\n`;
}

function fenced(text: string): string {
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\`\n`;
}

function main(args: readonly string[]): number {
  const page = errorsPage();
  if (!args.includes("--check")) {
    writeFileSync(PAGE, page);
    return 0;
  }
  if (readFileSync(PAGE, "utf8") === page) return 0;
  process.stderr.write("edgepolicy: docs/errors.md is not up to date: node scripts/errors-page.ts\n");
  return 1;
}

if (process.argv[1] === import.meta.filename) process.exitCode = main(process.argv.slice(2));
