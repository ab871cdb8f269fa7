import { expect, test } from "vitest";
import { renderSuggestion, suggest, suggestionJson } from "../../../../simulator/index.ts";
import { paintFor } from "../../../../simulator/report/format.ts";
import { moved } from "../../../../simulator/sweep/moves.ts";
import { STEADY, STUFFING } from "../../../helpers/scenarios.ts";
import { runsOf, variantsOf } from "../../../helpers/variants.ts";

const ACTORS = `${STEADY}\n${STUFFING}`;
/** Each client sends some 48 of these a minute. */
const FAIR = "limit fair on thing per client else ip.network allow 30 per 1m burst 30";
/** Each of the attack's networks sends some 15 tries a minute. */
const TRIES = "limit tries on login when no client per ip.network allow 20 per 1m burst 2";
const IDLE = "limit idle on login when has client per client else ip.network allow 900 per 1m";
const runs = runsOf([1, 2]);

test("proposes the smallest change of one number that makes all hold", async () => {
  const variants = variantsOf(`${IDLE}\n${FAIR}`, `${ACTORS}\nexpect callers.harmed = 0`);
  const found = await suggest(variants, runs);
  expect(found.now.failing.map(({ text }) => text)).toEqual(["callers.harmed = 0"]);
  expect(found.proposals.length).toBeGreaterThan(0);
  const [first] = found.proposals;
  expect(first!.changes).toHaveLength(1);
  expect(first!.changes[0]!.literal.name).toMatch(/^limit fair\./);
  expect(found.live.map(({ name }) => name)).not.toContain("limit idle.rate");
  expect(found.exhausted).toBe(false);
  // What it proposes holds when it is written down.
  const written = variants.load(first!.changes);
  if (!written.ok) throw new Error(written.problem);
  expect((await runs.run(written.policy, written.scenarios[0]!)).held).toBe(true);
  const text = renderSuggestion(found, variants, paintFor(false));
  expect(text).toMatch(
    /^1 of 1 expectation fails now: callers\.harmed = 0\n\n✓ all hold with 1 number moved:\n {2}limit fair\.\w+: \w+ → \w+ {2}\(p\.edgepolicy:/,
  );
  expect(text).toContain("- limit fair on thing per client else ip.network allow 30 per 1m burst 30\n");
});

test("proposes two where one is not enough", { timeout: 60_000 }, async () => {
  const variants = variantsOf(`${FAIR}\n${TRIES}`, `${ACTORS}\nexpect callers.harmed = 0\nexpect crowd.admitted < 60%`);
  const names = ["limit fair.rate", "limit tries.rate"];
  const literals = variants.literals.filter(({ name }) => names.includes(name));
  const found = await suggest(variants, runs, { literals, budget: 40 });
  expect(found.proposals[0]?.changes.map(({ literal, text }) => `${literal.name} ${text}`)).toEqual(
    ["limit fair.rate 60", "limit tries.rate 10"].map(
      (_, i) => expect.stringMatching(new RegExp(`^${names[i]} \\d+$`)) as string,
    ),
  );
  expect(Number(found.proposals[0]!.changes[0]!.text)).toBeGreaterThan(30);
  expect(Number(found.proposals[0]!.changes[1]!.text)).toBeLessThan(20);
});

test("says that none does, and what came nearest", async () => {
  const variants = variantsOf(FAIR, `${ACTORS}\nexpect callers.harmed = 0\nexpect crowd.admitted < 1%`);
  const found = await suggest(variants, runs, { budget: 30 });
  expect(found).toMatchObject({ proposals: [], tried: 30, exhausted: true });
  expect(found.nearest!.failing.map(({ text }) => text)).toEqual(["crowd.admitted < 1%"]);
  const text = renderSuggestion(found, variants, paintFor(false));
  expect(text).toContain("no proposal: none of 30 variants tried makes all hold\n");
  expect(text).toMatch(/^nearest, with \d numbers? moved, 1 of 2 still fail:$/m);
  // Both what it mends and what it leaves, each beside what was measured before.
  expect(text).toMatch(/^ {2}✓ callers\.harmed = 0: measured 0, before 3; every seed = 0$/m);
  expect(text).toMatch(/^ {2}✗ crowd\.admitted < 1%: measured 100 % as before; 100 %, not < 1 %$/m);
  expect(text).toContain("the budget ended the search, --budget allows more");
  expect(JSON.parse(JSON.stringify(suggestionJson(found, variants)))).toMatchObject({
    ...{ schema: "edgepolicy.suggestion/1", proposals: [], exhausted: true },
  });
});

test("shows no change that comes no nearer than the values that stand there", async () => {
  const variants = variantsOf(FAIR, `${ACTORS}\nexpect crowd.admitted < 1%`);
  const found = await suggest(variants, runs, { budget: 4 });
  expect(found.live.length).toBeGreaterThan(0);
  expect(found).toMatchObject({ proposals: [], nearest: null, tried: 4 });
  expect(renderSuggestion(found, variants, paintFor(false))).toContain(
    "no proposal: none of 4 variants tried makes all hold\nnone comes nearer than the values that stand there\n",
  );
});

test("says so where no number changes a decision", async () => {
  const variants = variantsOf(IDLE, `${ACTORS}\nexpect crowd.admitted < 1%`);
  const found = await suggest(variants, runs);
  expect(found).toMatchObject({ proposals: [], nearest: null, tried: 0, live: [] });
  expect(renderSuggestion(found, variants, paintFor(false))).toContain("no number changes a decision\n");
});

test("a value that does not check does not make a number one that changes a decision", async () => {
  const year =
    "signal seen = count on thing where no client per ip over 300d\nrule year on thing when no client and seen > 900 then block";
  const variants = variantsOf(year, `${ACTORS}\nexpect crowd.admitted < 1%`);
  const far = moved(variants.literals.find(({ name }) => name === "signal seen.over")!, 10);
  expect(variants.load(far).ok).toBe(false);
  expect((await suggest(variants, runs)).live).toEqual([]);
});

test("moves more than two where two are not enough, in bounded runs, the same each time", {
  timeout: 60_000,
}, async () => {
  const rules = `limit reads on thing per client else ip.network allow 15 per 1m
limit logins on login when has client per client else ip.network allow 4 per 1m
${TRIES}`;
  const scenario = `${ACTORS}\nexpect callers.harmed = 0\nexpect crowd.admitted < 60%`;
  const variants = variantsOf(rules, scenario);
  const names = ["limit reads.rate", "limit logins.rate", "limit tries.rate"];
  const literals = variants.literals.filter(({ name }) => names.includes(name));
  const found = await suggest(variants, runs, { literals, budget: 60 });
  const [proposal] = found.proposals;
  expect(found.proposals).toHaveLength(1);
  expect(proposal!.changes.map(({ literal }) => literal.name)).toEqual(names);
  const [reads, logins, tries] = proposal!.changes.map(({ text }) => Number(text));
  expect(reads).toBeGreaterThan(15);
  expect(logins).toBeGreaterThan(4);
  expect(tries).toBeLessThan(20);
  expect(found.tried).toBeLessThanOrEqual(60);
  expect(found.descended).toBeGreaterThan(0);
  // Two seeds a variant and for the policy as it stands, one for it and for each number up and down.
  expect(found.runs).toBeLessThanOrEqual(2 * (found.tried + 1) + 1 + 2 * 3);
  expect(found.runs).toBeGreaterThanOrEqual(2 * (found.tried + 1) + 1 + 3);
  expect(await suggest(variantsOf(rules, scenario), runs, { literals, budget: 60 })).toEqual(found);
  const text = renderSuggestion(found, variants, paintFor(false));
  expect(text).toContain("✓ all hold with 3 numbers moved:");
  expect(text).toContain(`${found.descended} of them by descent over all numbers, in ${found.runs} runs\n`);
  const json = suggestionJson(found, variants) as { readonly proposals: readonly { readonly diff: string }[] };
  expect(json.proposals[0]!.diff).toMatch(
    /^--- p\.edgepolicy\n\+\+\+ p\.edgepolicy\n@@ -(\d+) \+\1 @@\n-limit reads .* allow 15 per 1m\n\+limit reads .* allow \d+ per 1m\n@@ /,
  );
});

test("proposes nothing where all hold, and refuses where nothing is expected", async () => {
  const held = variantsOf(FAIR, `${ACTORS}\nexpect crowd.admitted > 50%`);
  const found = await suggest(held, runs);
  expect(found).toMatchObject({ proposals: [], nearest: null, tried: 0 });
  expect(renderSuggestion(found, held, paintFor(false))).toBe(
    "✓ 1 expectation holds with the values that stand there: nothing to propose\n",
  );
  await expect(suggest(variantsOf(FAIR, ACTORS), runs)).rejects.toThrow("the scenarios expect nothing");
});

test("moves a number by a factor, as people would write it, and by one at least", () => {
  const { literals } = variantsOf("let few = 3\nlet none = 0\nlet part = 60%\nlimit l per ip allow 45 per 90s");
  const by = (name: string, factor: number): readonly string[] =>
    moved(literals.find((one) => one.name === name)!, factor).map(({ text }) => text);
  expect(by("let few", 1.1)).toEqual(["4"]);
  expect(by("let few", 1 / 1.1)).toEqual(["2"]);
  expect(by("let none", 1 / 2)).toEqual([]);
  expect(by("let part", 2)).toEqual(["100%"]);
  expect(by("limit l.rate", 1.5)).toEqual(["68"]);
  expect(by("limit l.per", 1 / 3)).toEqual(["30s"]);
});
