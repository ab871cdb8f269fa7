/** Every diagnostic of the checker, as people see it. */
import { describe, expect, test } from "vitest";
import { CODES, loadPolicyText } from "../../../dsl/index.ts";
import { codeExamples } from "../../../scripts/code-examples.ts";
import { loadGoldens, renderGolden } from "../../helpers/check-goldens.ts";

const goldens = loadGoldens();

describe("golden diagnostics", () => {
  test.for(goldens)("$name", (golden) => {
    const rendered = renderGolden(golden);
    if (process.env["UPDATE"] !== "1") expect(rendered).toBe(golden.expected);
    expect(rendered).toContain(golden.name.slice(0, 6));
  });
});

describe("the registry of codes", () => {
  test("has each code once, with a title and an explanation", () => {
    expect(new Set(CODES.map((entry) => entry.code)).size).toBe(CODES.length);
    for (const entry of CODES) {
      expect(entry.code).toMatch(/^EP[1-9]\d{3}$/);
      expect(entry.title).toMatch(/^[^A-Z.][^.]*$/);
      expect(entry.explanation).toMatch(/\.$/);
    }
  });

  // These need files that are not text, or more problems than a golden should hold; other tests raise them.
  const ELSEWHERE = ["EP2011", "EP2012", "EP2901"];

  test("has a golden or an example for every code of the checker", () => {
    const shown = new Set([
      ...goldens.flatMap((golden) => [...golden.expected.matchAll(/\[(EP\d{4})\]/g)].map((match) => match[1])),
      ...codeExamples().map(({ code }) => code),
    ]);
    const checked = CODES.map((entry) => entry.code).filter((code) => !code.startsWith("EP1"));
    expect(checked.filter((code) => !shown.has(code) && !ELSEWHERE.includes(code))).toEqual([]);
  });

  test("knows every code that a golden raises", () => {
    const known = new Set(CODES.map((entry) => entry.code));
    for (const { files } of goldens) {
      const { "policy.edgepolicy": main = "", ...others } = files;
      for (const { code } of loadPolicyText(main, others).diagnostics) expect(known).toContain(code);
    }
  });
});
