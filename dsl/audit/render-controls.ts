/** The control mapping as text. */
import type { ControlReport } from "./controls/control.ts";
import { wrapText } from "../text-width.ts";
import { FRAMEWORKS } from "./controls/mapping.ts";

const WORDS: Readonly<Record<ControlReport["status"], string>> = {
  covered: "covered here",
  partly: "partly",
  missing: "not here",
  outside: "outside what an edge policy can do",
};

/** Renders the controls, framework by framework. */
export function renderControls(controls: readonly ControlReport[]): string {
  if (controls.length === 0) return "";
  const sections = FRAMEWORKS.map(({ name, note }) => {
    const own = controls.filter(({ framework }) => framework === name);
    const done = own.filter(({ status }) => status === "covered").length;
    const heading = `  ${name}: ${done} of ${own.length} covered here${note === "" ? "" : ` (${note})`}`;
    return [heading, ...own.flatMap(controlLines)].join("\n");
  });
  return `Controls\n${sections.join("\n")}\n`;
}

function controlLines({ id, title, status, by, missing, outside }: ControlReport): readonly string[] {
  const lines = indented(4, `${id} ${title}: ${WORDS[status]}`);
  if (by.length > 0) lines.push(...indented(6, `by: ${by.join("; ")}`));
  if (missing.length > 0) lines.push(...indented(6, `missing: ${missing.join("; ")}`));
  lines.push(...indented(6, `outside: ${outside}`));
  return lines;
}

/** Columns of a line. */
const WIDTH = 120;

/** Lines after the first are two columns further in. */
function indented(columns: number, text: string): string[] {
  const lines = wrapText(text, WIDTH - columns - 2);
  return lines.map((line, index) => `${" ".repeat(index === 0 ? columns : columns + 2)}${line}`);
}
