import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { MOST_BYTES } from "../../../../simulator/html-report/detail.ts";
import type { ReportedDiff, ReportInput } from "../../../../simulator/html-report/input.ts";
import { renderPage } from "../../../../simulator/html-report/page.ts";
import { diffScenario, htmlReport, runScenario, ScenarioError } from "../../../../simulator/index.ts";
import { visible } from "../../../../simulator/report/words.ts";
import { decodeText, tagsOf, textOfPage } from "../../../helpers/html-text.ts";
import { check } from "../../../helpers/property.ts";
import { STEADY, STUFFING, stage } from "../../../helpers/scenarios.ts";

const RULES = `
/// Tight enough to trouble everybody.
limit tight on thing per client else skip allow 1 per 5s
rule stuffers on login when no client then block
rule never on thing when no client then challenge nonce
rule watched on login when has client then throttle
rollout { watched shadow }`;

const EXPECTED = "expect crowd.admitted < 1%\nexpect callers.harmed = 0";

const { policy, scenario } = stage(RULES, `${STEADY}\n${STUFFING}\n${EXPECTED}`);
const result = runScenario(policy, { ...scenario, doc: "What is tried.\n\nAnd why." }, { seeds: [1, 2] });
const INPUT: ReportInput = { policy, file: "p.edgepolicy", version: "1.2.3", scenarios: [{ scenario, result }] };

const CAUSES = [
  { old: { verdict: "allow", by: "" }, new: { verdict: "throttle", by: "tight" }, requests: 20 },
] as const satisfies ReportedDiff["verdicts"]["causes"];
const DIFF: ReportedDiff = {
  kind: "closed-loop",
  old: { name: "before", version: "aaa" },
  new: { name: "t", version: "bbb" },
  verdicts: {
    ...{ requests: 1000, changed: 20, newlyRefused: 20, newlyAdmitted: 0, causes: CAUSES },
    matrix: [
      { old: "allow", new: "allow", requests: 980 },
      { old: "allow", new: "throttle", requests: 20 },
    ],
    callers: [{ name: "alpha", requests: 300, newlyRefused: 20, newlyAdmitted: 0 }],
  },
  caveats: ["Nothing else."],
};
const COMPARED: ReportInput = { ...INPUT, scenarios: [{ scenario, result, diff: DIFF }] };

function reportedOf({ policy, scenario }: ReturnType<typeof stage>): ReportInput["scenarios"][number] {
  return { scenario, result: runScenario(policy, scenario, { seeds: [1, 2] }) };
}

/** Headings with their level, in order. */
function headings(page: string): readonly string[] {
  return [...page.matchAll(/<h(\d)[^>]*>([\s\S]*?)<\/h\1>/g)].map(
    ([, level, inner = ""]) => `${level} ${decodeText(inner.replace(/<[^>]*>/g, "")).trim()}`,
  );
}

describe("the page", () => {
  test("is the same bytes for the same input, also through the door", async () => {
    expect(renderPage(INPUT)).toBe(renderPage(INPUT));
    expect(await htmlReport(INPUT)).toBe(renderPage(INPUT));
  });

  test("tells the verdict, then what it rests on, then how to see it again, then what it leaves out", () => {
    expect(headings(renderPage(COMPARED)).filter((heading) => !heading.startsWith("4"))).toEqual([
      "1 ✗ t does not hold",
      "2 s",
      "3 Expectations",
      "3 Who was harmed",
      "3 Timeline",
      "3 Attacks",
      "3 What each rule contributed",
      "3 How sure a refusal is",
      "3 Compared with another policy",
      "3 What was never reached",
      "3 Seeds and replay",
      "2 What the simulation leaves out",
    ]);
  });

  test("has a section on another policy only where it was compared with one", () => {
    const text = textOfPage(renderPage(COMPARED));
    expect(text).toContain("From before (aaa) to t in p.edgepolicy (bbb). Closed-loop");
    expect(text).toContain("20 of 1,000 requests (2 %) change their verdict: 20 newly refused.");
    expect(text).toContain("allow  throttle by tight  20");
    expect(text).not.toContain("980");
    expect(textOfPage(renderPage(INPUT))).not.toContain("Compared with");
  });

  test("takes what a comparison of two policies gives as it is", async () => {
    const { policy: looser } = stage(RULES.replace("1 per 5s", "1000 per 1s"), `${STEADY}\n${STUFFING}\n${EXPECTED}`);
    const diff = await diffScenario({ policy: looser, sources: [] }, { policy, sources: [] }, scenario, { seeds: [1] });
    const text = textOfPage(renderPage({ ...INPUT, scenarios: [{ scenario, result, diff }] }));
    expect(diff.verdicts.newlyRefused).toBeGreaterThan(0);
    expect(text).toContain(`: ${diff.origins[0]?.newlyRefused} of honest callers newly refused.`);
    expect(text).toContain("callers.harmed = 0  ✓ held  ✗ failed");
    expect(text).toMatch(/callers\.refused {2}0 % {2}[\d.]+ % {2}\+[\d.]+ pp {2}–/);
    expect(text).not.toContain("crowd.succeeded  0  0");
  });

  test("names what heads a row where that does not say it by itself, for a screen on which rows are blocks", () => {
    const page = renderPage(COMPARED);
    for (const head of ["Before", "Seed", "Where attacks are, of all requests"])
      expect(page).toMatch(new RegExp(`<th role="rowheader" scope="row" data-label="${head}"><span>`));
    expect(page).toContain('<th role="rowheader" scope="row"><span>');
  });

  test("tells each harmed client's story: when, by what, how often, and the command that shows it", () => {
    const text = textOfPage(renderPage(INPUT));
    const [worst] = result.populations[0]!.worst;
    expect(text).toContain(`${worst!.client} lost `);
    expect(text).toContain(`${worst!.refused} of`);
    expect(text).toContain("by limit tight.");
    expect(text).toContain(`edgepolicy simulate p.edgepolicy --scenario s --seed ${worst!.seed}`);
    expect(text.indexOf("✗ failed")).toBeLessThan(text.indexOf(`${worst!.client} lost `));
  });

  test("names rules that did nothing, that traffic never reached, and that are in shadow", () => {
    const text = textOfPage(renderPage(INPUT));
    expect(text).toContain("Never restricted anything: never.");
    expect(text).toContain("Never reached: rule never.");
    expect(text).toMatch(/watched would have restricted 0 requests of attacks a seed and [\d,]+ of honest callers/);
    expect(text).toContain("Tight enough to trouble everybody.");
  });

  test("marks when the attack goes on, and counts every verdict in the data of its plot", () => {
    const once = runScenario(policy, scenario, { seeds: [1] });
    const page = renderPage({ ...INPUT, scenarios: [{ scenario, result: once }] });
    expect(textOfPage(page)).toContain("Shaded, between dashed lines: crowd from 1m to 4m.");
    const table = /Requests a seed of crowd,[\s\S]*?<\/table>/.exec(page)?.[0] ?? "";
    const rows = [...table.matchAll(/<th scope="row">[\s\S]*?<\/tr>/g)].map(([row]) =>
      [...row.matchAll(/<td[^>]*>([^<]*)</g)].map(([, cell]) => Number(cell)),
    );
    expect(rows).toHaveLength(60);
    expect(rows.reduce((sum, [offered = 0]) => sum + offered, 0)).toBe(once.attacks[0]!.offered);
    expect(rows.filter(([offered, through, blocked]) => blocked !== offered || through !== 0)).toEqual([]);
  });

  test("an advisory expectation that is not held is told, and fails nothing", () => {
    const advised = stage(
      RULES,
      `${STEADY}\n${STUFFING}\nexpect crowd.admitted < 1%\nexpect callers.harmed = 0 advisory`,
    );
    const page = renderPage({ ...INPUT, scenarios: [reportedOf(advised)] });
    expect(headings(page)[0]).toBe("1 ✓ t holds");
    expect(page).toContain("<title>✓ t: simulation report</title>");
    expect(textOfPage(page)).toContain("The one expectation holds; 1 advisory one does not.");
    expect(textOfPage(page)).toMatch(/callers\.harmed = 0 advisory.*△ not held/);
  });

  test("names too long for the shortest page are an error that says so", () => {
    const long = { ...result, scenario: "a".repeat(500_000) };
    const render = (): string => renderPage({ ...INPUT, scenarios: [{ scenario, result: long }] });
    expect(render).toThrow(ScenarioError);
    expect(render).toThrow(/^the report has [\d,]+ bytes with the least detail, and 1,000,000 are the most; shorten/);
  });

  test("where all that is expected is advice, nothing is said to hold", () => {
    const advised = stage(RULES, `${STEADY}\n${STUFFING}\nexpect callers.harmed = 0 advisory`);
    const page = renderPage({ ...INPUT, scenarios: [reportedOf(advised)] });
    expect(textOfPage(page)).toContain("No expectation must hold; 1 advisory one does not.");
    expect(textOfPage(page)).not.toContain("All 0");
  });

  test("says what an attack costs, with and without the policy, and by which prices", () => {
    const unopposed = runScenario(policy, scenario, { seeds: [1, 2], unopposed: true });
    const text = textOfPage(renderPage({ ...INPUT, scenarios: [{ scenario, result: unopposed }] }));
    expect(text).toMatch(/Attacker’s effort {2}no success \d+ requests in 2m 5\ds a seed/);
    expect(text).toMatch(
      /Attacker’s cost {2}no success \$0\.\d+ a seed; without the policy [\d.]+ successes at \$0\.0\d+ each/,
    );
    expect(text).toContain("$3.00 a gigabyte through proxies");
  });

  test("has ids that are each there once, and only links to them", () => {
    const page = renderPage({ ...INPUT, scenarios: [...INPUT.scenarios, ...COMPARED.scenarios] });
    const ids = [...page.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
    expect(new Set(ids).size).toBe(ids.length);
    const links = [...page.matchAll(/ (?:href|aria-labelledby|for)="#?([^"]*)"/g)].map(([, id]) => id);
    expect(links.length).toBeGreaterThan(20);
    expect(links.filter((id) => !ids.includes(id))).toEqual([]);
    expect(page).not.toMatch(/\b(?:src|action|style|on\w+)="|<script|<link|<img|url\((?!#)|@import|https?:/);
  });
});

describe("a page that would grow too large", () => {
  test("leaves out what can be had elsewhere, says so, and keeps what failed", () => {
    const held = { ...result, scenario: "fine", held: true, gates: [] };
    const many = Array.from({ length: 200 }, (_, i) => (i === 150 ? { scenario, result } : { scenario, result: held }));
    const page = renderPage({ ...INPUT, scenarios: many });
    expect(Buffer.byteLength(page)).toBeLessThan(MOST_BYTES);
    expect(headings(page).filter((heading) => /^2 (?:s|fine)$/.test(heading)).length).toBeGreaterThanOrEqual(20);
    const chapters = page.split(/<h2[^>]*>/);
    const failing = chapters.filter((chapter) => chapter.startsWith("s<"));
    expect(failing.map((chapter) => chapter.includes("Who was harmed"))).toEqual([true]);
    expect(textOfPage(page)).toContain(
      "The page has no room for more of this scenario: --scenario fine makes one of it alone.",
    );
  });

  test("stays small with thousands of rules and hundreds of callers", () => {
    const rules = Array.from({ length: 5_000 }, (_, i) => ({ ...result.rules[0]!, name: `rule_${i}`, fired: 1 }));
    const reach = Array.from({ length: 5_000 }, (_, i) => ({ ...result.reach[0]!, name: `rule_${i}`, reached: 0 }));
    const populations = Array.from({ length: 300 }, () => result.populations[0]!);
    const large = { ...result, rules, reach, populations };
    const page = renderPage({ ...INPUT, scenarios: [{ scenario, result: large }] });
    expect(Buffer.byteLength(page)).toBeLessThan(MOST_BYTES);
    expect(textOfPage(page)).toMatch(/\d+ more are left out here; --format json has all/);
  });
});

const PAYLOADS = [
  ...[
    "</style><script>alert(1)</script>",
    '"><img src=x onerror=alert(1)>',
    "' onfocus='alert(1)",
    "--><!--",
    "]]>",
    "&lt;b&gt;",
  ],
  ...[
    "javascript:alert(1)",
    "</title></svg></table>",
    "\u202Egnp.exe",
    "`${1}`",
    "\u0000<\u0000b>",
    "<!doctype html>",
    "\uD800",
  ],
];
const hostile = fc
  .array(fc.oneof(fc.constantFrom(...PAYLOADS), fc.string({ unit: "binary", maxLength: 8 })), {
    minLength: 1,
    maxLength: 4,
  })
  .map((parts) => parts.join(""));

/** Members whose text comes from a policy, an inventory or a log. */
const FOREIGN = new Set([
  ...["name", "client", "doc", "text", "scenario", "by", "firstRefusalBy", "file", "version", "because", "caveats"],
  ...["decisionsHash"],
]);

/** A deep copy in which every foreign text has `text` before it. */
function prefixed<T>(value: T, text: string, key = ""): T {
  if (typeof value === "string") return (FOREIGN.has(key) && value !== "" ? text + value : value) as T;
  if (Array.isArray(value)) return value.map((item) => prefixed(item as unknown, text, key)) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, item]) => [name, prefixed(item as unknown, text, name)]),
  ) as T;
}

test("no text of others breaks out of where it stands", () => {
  const shape = (page: string): readonly string[] =>
    [...new Set(tagsOf(page).map((tag) => tag.replace(/ (aria-label)="[^"]*"/, " $1")))].sort();
  const harmless = shape(renderPage(prefixed(COMPARED, "x")));
  check(
    fc.property(hostile, (text) => {
      const page = renderPage(prefixed(COMPARED, text));
      expect(shape(page)).toEqual(harmless);
      expect(page).not.toMatch(/[\u0000-\u0008\u202E]/);
      const shown = visible(text.toWellFormed()).slice(0, 60);
      expect(decodeText(page.replace(/<style[\s\S]*?<\/style>/, "")).includes(shown)).toBe(true);
    }),
    { runs: 60 },
  );
});
