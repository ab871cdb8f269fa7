/** Applying fixes: in order, none over another, and nothing else touched. */
import { expect, test } from "vitest";
import { applyFixes } from "../../../dsl/fixes.ts";
import { mendPolicy } from "../../../dsl/mend.ts";
import { type Fix, memoryFiles } from "../../../dsl/index.ts";

const fix = (start: number, end: number, text: string): Fix => ({ span: { file: 0, start, end }, text });

test("fixes are applied in the order of the text", () => {
  expect(applyFixes("abcdef", [fix(4, 5, "X"), fix(1, 2, "")]).text).toBe("acdXf");
});

test.each([
  ["overlaps", [fix(0, 3, "X"), fix(2, 4, "Y")], "Xdef"],
  ["touches", [fix(0, 3, "X"), fix(3, 4, "Y")], "Xdef"],
  ["is the same", [fix(0, 3, "X"), fix(0, 3, "X")], "Xdef"],
  ["lies outside", [fix(5, 9, "X")], "abcdef"],
])("one that %s waits", (_, fixes, expected) => {
  expect(applyFixes("abcdef", fixes).text).toBe(expected);
});

const MAIN = 'policy "t" { default allow }\nimport "part.edgepolicy"\nrule a when method in [GET] then slow 1s\n';
const PART = 'rule b when host like "x" and host like "x" then slow 2s // why\n';

test("an import is mended where it may be written, and nothing where it may not", () => {
  const files = memoryFiles({ "p.edgepolicy": MAIN, "part.edgepolicy": PART });
  const all = mendPolicy("p.edgepolicy", files, () => true);
  expect(Object.fromEntries(all.texts)).toEqual({
    "p.edgepolicy": MAIN.replace("in [GET]", "is GET"),
    "part.edgepolicy": 'rule b when host == "x" then slow 2s // why\n',
  });
  expect(all.load.diagnostics).toEqual([]);
  expect(all.mended.map(({ diagnostic, file }) => `${diagnostic.code} ${file}`).sort()).toEqual([
    "EP3011 part.edgepolicy",
    "EP3052 part.edgepolicy",
    "EP3052 part.edgepolicy",
    "EP3053 p.edgepolicy",
  ]);
  const own = mendPolicy("p.edgepolicy", files, (path) => path === "p.edgepolicy");
  expect([...own.texts.keys()]).toEqual(["p.edgepolicy"]);
  expect(own.load.diagnostics.map(({ code }) => code)).toContain("EP3052");
});

test("errors with one certain remedy are mended as well", () => {
  const text = 'policy "t" { default allow }\nrule a when ip in 10.0.0.1/8 and has header["X-A"] then slow 1s\n';
  const { texts, load } = mendPolicy("p", memoryFiles({ p: text }), () => true);
  expect(texts.get("p")).toBe(text.replace("10.0.0.1/8", "10.0.0.0/8").replace("X-A", "x-a"));
  expect(load.policy).not.toBeNull();
});
