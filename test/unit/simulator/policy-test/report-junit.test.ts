/** The JUnit report: its counts, and that it is well-formed whatever texts a test holds. */
import { expect, test } from "vitest";
import { type LoadResult, loadPolicy, loadPolicyText, memoryFiles } from "../../../../dsl/index.ts";
import { junitXml, runTests, type SuiteResult } from "../../../../simulator/index.ts";

function run(text: string, file = "p.edgepolicy"): SuiteResult {
  const { policy, tests, sources, diagnostics } = loadPolicyText(`policy "t" { default allow }\n${text}`);
  if (policy === null) throw new Error(diagnostics.map(({ message }) => message).join("; "));
  const load = (path: string): LoadResult => loadPolicy(path, memoryFiles({}));
  return runTests({ file, policy, tests, sources }, { load, coverage: false, filter: null });
}

/** Elements of a document with their attributes, by a strict reading; throws where it is not well-formed (XML 1.0 §2). */
function elementsOf(
  xml: string,
): readonly { readonly name: string; readonly attributes: Readonly<Record<string, string>> }[] {
  const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';
  if (!xml.startsWith(declaration)) throw new Error("no declaration");
  if (/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(xml))
    throw new Error("a character that is none of XML's");
  const open: string[] = [];
  const elements: { name: string; attributes: Record<string, string> }[] = [];
  const token = /<(\/?)([a-z]+)((?: [a-z]+="[^"<]*")*)(\/?)>|([^<]+)/gy;
  token.lastIndex = declaration.length;
  while (token.lastIndex < xml.length) {
    const found = token.exec(xml);
    if (found === null) throw new Error("not well-formed");
    const [, closing, name = "", attributes = "", empty, text] = found;
    if (/&(?!(amp|lt|gt|quot|#\d+);)/.test(text ?? attributes)) throw new Error("a bare ampersand");
    if (text !== undefined) {
      if (open.length === 0 && text.trim() !== "") throw new Error("text outside");
    } else if (closing === "/") {
      if (open.pop() !== name) throw new Error(`</${name}> closes something else`);
    } else {
      elements.push({
        name,
        attributes: Object.fromEntries(
          [...attributes.matchAll(/([a-z]+)="([^"]*)"/g)].map(([, key = "", value = ""]) => [key, value]),
        ),
      });
      if (empty === "") open.push(name);
    }
  }
  if (open.length > 0) throw new Error(`<${open.join("><")}> not closed`);
  return elements;
}

test("counts tests and failures of every file", () => {
  const passing = run('test "fine" {\n  at 0s GET "/" from 203.0.113.9 expect allow\n}\n');
  const failing = run(
    'test "one" {\n  at 0s GET "/" from 203.0.113.9 expect block\n}\ntest "two" {\n  at 0s GET "/" from 203.0.113.9 expect allow\n}\n',
    "other.edgepolicy",
  );
  const elements = elementsOf(junitXml([passing, failing]));
  const [all, first, , second] = elements;
  expect(all).toMatchObject({ name: "testsuites", attributes: { tests: "3", failures: "1", errors: "0" } });
  expect(first).toMatchObject({ name: "testsuite", attributes: { name: "p.edgepolicy", tests: "1", failures: "0" } });
  expect(second).toMatchObject({
    name: "testsuite",
    attributes: { name: "other.edgepolicy", tests: "2", failures: "1" },
  });
  expect(elements.filter(({ name }) => name === "testcase").map(({ attributes }) => attributes["assertions"])).toEqual([
    "1",
    "1",
    "1",
  ]);
  expect(elements.filter(({ name }) => name === "failure")).toMatchObject([
    { attributes: { type: "expectation", message: "verdict: expected block, got allow" } },
  ]);
});

test.each([
  ["markup", String.raw`a <b> & \"c\" ]]> 'd'`],
  ["line ends", String.raw`a\nb\tc`],
  ["characters that XML cannot write", String.raw`a\u{1}b\u{1b}[31m`],
  ["other scripts", "Prüfung 検査 🧪"],
])("is well-formed with %s in the name and the path", (_, text) => {
  const result = run(`test "${text}" {\n  at 0s GET "/${text}" from 203.0.113.9 expect block\n}\n`);
  expect(elementsOf(junitXml([result])).map(({ name }) => name)).toEqual([
    "testsuites",
    "testsuite",
    "testcase",
    "failure",
  ]);
});
