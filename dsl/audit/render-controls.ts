/** The control mapping as text. */
import type { ControlReport } from "./controls/control.ts";
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
  const lines = [`    ${id} ${title}: ${WORDS[status]}`];
  if (by.length > 0) lines.push(`      by: ${by.join("; ")}`);
  if (missing.length > 0) lines.push(`      missing: ${missing.join("; ")}`);
  lines.push(`      outside: ${outside}`);
  return lines;
}
