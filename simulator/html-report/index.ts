/** The door of the HTML report. The page and its plots are loaded when one is asked for, so that nothing else waits for them. */
import type { ReportInput } from "./input.ts";

export { MOST_BYTES } from "./detail.ts";
export type { ReportedDiff, ReportedScenario, ReportInput } from "./input.ts";

/**
 * One static page, less than a megabyte of UTF-8, that needs no network and runs no script. A pure function of its input.
 */
export async function htmlReport(input: ReportInput): Promise<string> {
  const { renderPage } = await import("./page.ts");
  return renderPage(input);
}
