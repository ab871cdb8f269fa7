/** Reads the fenced blocks of a Markdown document, so that tests can run what the documentation shows. */

export interface Block {
  /** First word of the info string: `edgepolicy`, `sh`, `console`, … */
  readonly language: string;
  /** Second word of the info string, or empty: which policy of the document an `edgepolicy` block is part of. */
  readonly group: string;
  readonly text: string;
  /** Line of the opening fence, from 1. */
  readonly line: number;
}

/** All fenced blocks in order. */
export function readBlocks(markdown: string): Block[] {
  const blocks: Block[] = [];
  let open: { language: string; group: string; line: number; lines: string[] } | null = null;
  markdown.split("\n").forEach((line, index) => {
    if (open === null) {
      const fence = /^```(\S+) ?(\S*)/.exec(line);
      if (fence !== null) open = { language: fence[1] ?? "", group: fence[2] ?? "", line: index + 1, lines: [] };
    } else if (line.startsWith("```")) {
      blocks.push({ language: open.language, group: open.group, line: open.line, text: open.lines.join("\n") });
      open = null;
    } else open.lines.push(line);
  });
  return blocks;
}

export interface ConsoleStep {
  readonly command: string;
  /** Expected output; a line that is `…` alone stands for any number of lines. */
  readonly output: string;
}

/** Splits a `console` block into its `$ command` lines and what each is shown to print. */
export function readConsole(text: string): ConsoleStep[] {
  const steps: { command: string; lines: string[] }[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("$ ")) steps.push({ command: line.slice(2), lines: [] });
    else steps.at(-1)?.lines.push(line);
  }
  return steps.map((step) => ({ command: step.command, output: step.lines.join("\n").trimEnd() }));
}

/** Whether `actual` is what `shown` shows, line by line, with `…` lines standing for any run of lines. */
export function fitsShown(actual: string, shown: string): boolean {
  const pattern = shown
    .split("\n")
    .map((line) => (line.trim() === "…" ? "(?:[^\\n]*\\n)*?" : `${escape(line.trimEnd())}[ \\t]*\\n`))
    .join("");
  return new RegExp(`^${pattern}$`).test(`${actual.trimEnd()}\n`);
}

function escape(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
}
