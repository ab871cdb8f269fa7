/** JUnit XML, which continuous integration reads: what reports of tests and of expectations have in common. */

/** One test case. */
export interface JunitCase {
  readonly name: string;
  readonly assertions: number;
  /** Why it failed; empty if it passed. */
  readonly failures: readonly { readonly type: string; readonly message: string; readonly text: string }[];
  /** What is told besides, whatever became of it. */
  readonly note?: string;
}

/** Cases that belong together, such as those of a file. */
export interface JunitSuite {
  readonly name: string;
  readonly cases: readonly JunitCase[];
}

/** A whole document. Nothing in it depends on when or how fast anything ran. */
export function junitDocument(suites: readonly JunitSuite[]): string {
  const cases = suites.flatMap((suite) => suite.cases);
  const inner = suites.map(suiteXml).join("");
  const counts = `tests="${cases.length}" failures="${countFailed(cases)}" errors="0"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="edgepolicy" ${counts}>\n${inner}</testsuites>\n`;
}

function countFailed(cases: readonly JunitCase[]): number {
  return cases.filter(({ failures }) => failures.length > 0).length;
}

function suiteXml({ name, cases }: JunitSuite): string {
  const inner = cases.map((each) => caseXml(name, each)).join("");
  const counts = `tests="${cases.length}" failures="${countFailed(cases)}" errors="0" skipped="0"`;
  return `  <testsuite name="${attribute(name)}" ${counts}>\n${inner}  </testsuite>\n`;
}

function caseXml(suite: string, { name, assertions, failures, note }: JunitCase): string {
  const head = `    <testcase name="${attribute(name)}" classname="${attribute(suite)}" assertions="${assertions}"`;
  if (failures.length === 0 && note === undefined) return `${head}/>\n`;
  const inner = failures.map(
    ({ type, message, text }) =>
      `      <failure type="${attribute(type)}" message="${attribute(message)}">${escape(text)}</failure>\n`,
  );
  const told = note === undefined ? "" : `      <system-out>${escape(note)}</system-out>\n`;
  return `${head}>\n${inner.join("")}${told}    </testcase>\n`;
}

/** Text of an attribute: line ends and tabs would be read as spaces. */
function attribute(text: string): string {
  return escape(text).replaceAll("\n", "&#10;").replaceAll("\r", "&#13;").replaceAll("\t", "&#9;");
}

const ENTITIES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** XML 1.0 has no way to write control characters and lone surrogates; they are shown as U+FFFD. */
function escape(text: string): string {
  return text
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, "\u{FFFD}")
    .replace(/[&<>"]/g, (character) => ENTITIES[character] ?? character);
}
