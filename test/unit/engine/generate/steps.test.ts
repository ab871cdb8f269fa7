/** Generated steps: what stands in their source, when there are none, and that hosts without them decide the same. */
import { spawnSync } from "node:child_process";
import { describe, expect, test } from "vitest";
import { Record } from "../../../../engine/decision-record.ts";
import { Exemptions } from "../../../../engine/exemptions.ts";
import { type Steps, StepWriter } from "../../../../engine/generate/steps.ts";
import { Hasher } from "../../../../engine/hasher.ts";
import { createEngine, makeRequest } from "../../../../engine/index.ts";
import { Limits } from "../../../../engine/limits.ts";
import { Rollouts } from "../../../../engine/rollouts.ts";
import { routeCandidates } from "../../../../engine/route-candidates.ts";
import { Signals } from "../../../../engine/signals.ts";
import { policyOf } from "../../../helpers/compiled.ts";
import { contextOf } from "../../../helpers/contexts.ts";

const POLICY = `
route login = POST "/login/evil"
list words : path = ["/constructor/x", "/a"]
signal tries = distinct(header["x-user"]) on login per header["x-evil"] else ip over 10m
signal seen = count per ip over 1m
score risk {
  +70 when tries > 3
  -20 when path in words or has header["x-b"] and not (host contains "\`);evil();//")
}
limit pace on login per client else ip allow 5 per 1s
rule bad on login when risk >= 70 and seen > 2 then block because "*/ evil() /*"
rule known on login when has client and granted then allow
rule sized when tries > 900 or not (has client and host contains "evil(") then note "evil"`;

function stepsOf(text: string): Steps {
  const policy = policyOf(text);
  const context = contextOf(policy);
  const hasher = new Hasher(context, [0, 0]);
  const byRoute = routeCandidates(context.program.index, policy.routes.length)!;
  const signals = new Signals(context.program, hasher);
  const record = new Record(policy, { settleScores: () => undefined });
  const limits = new Limits(context.program, hasher, new Rollouts(context), record, new Exemptions(context));
  return new StepWriter(context, hasher, signals, limits).steps(byRoute);
}

function sourceOf({ record, score, rules, ask }: Steps): string {
  return [record, score, rules, ask].map(String).join("\n");
}

/** Every word that a source may hold, places by number left out. */
const WORDS = new Set(
  `c items const let e s n if return switch case break true false null Math min max route epoch client now key slot record read lo hi out
  stamps numbers settled keyStamps keyLo keyHi hasher signals tables read test sum ask entry table charge rates rate`.split(
    /\s+/,
  ),
);

describe("the source", () => {
  test("holds words of its own and numbers, and nothing of the policy's text", () => {
    const source = sourceOf(stepsOf(POLICY));
    const words = source.match(/[A-Za-z_$]+/g) ?? [];
    expect(words.length).toBeGreaterThan(50);
    expect(words.filter((word) => !WORDS.has(word))).toEqual([]);
    expect(source).not.toMatch(/["'`\\/]/);
  });

  test("is the same for the same policy", () => {
    expect(sourceOf(stepsOf(POLICY))).toBe(sourceOf(stepsOf(POLICY)));
  });

  test("has routes with the same candidates once", () => {
    const routes = Array.from({ length: 40 }, (_, index) => `route r${index} = GET "/r${index}"`).join("\n");
    const rules = Array.from(
      { length: 20 },
      (_, index) => `rule b${index} when has header["x-${index}"] then note "b"`,
    ).join("\n");
    const { length } = sourceOf(stepsOf(`${routes}\n${rules}`));
    expect(length).toBeLessThan(10_000);
  });
});

describe("is written out, and nothing called by name,", () => {
  const rulesOf = (when: string): string =>
    String(
      stepsOf(`signal hits = count per ip over 1h
      signal most = max(query.count) per ip over 1h
      route a = GET "/a"
      rule r when ${when} then note "n"`).rules,
    );

  test.each([
    "path.ambiguous",
    "query.count == 3",
    "query.count < 3",
    "query.count <= 3",
    "not (query.count >= 3 and header.count == 1)",
    'has header["a"] and (query.count == 3 or header.count < 1)',
  ])("`%s`", (when) => {
    expect(rulesOf(when)).not.toMatch(/test\d/);
  });

  test("whether there is a client, which is a number", () => {
    expect(rulesOf("has client")).toMatch(/\(c\.client >= 0\)/);
    expect(rulesOf("has client")).not.toMatch(/read\d|test\d/);
  });

  test("a count, which is a small integer, but no other signal", () => {
    expect(rulesOf("hits > 3")).toMatch(/tables\[0\]\.read\(/);
    expect(rulesOf("hits > 3")).not.toMatch(/read\d/);
    expect(rulesOf("most > 3")).not.toMatch(/tables/);
  });

  test("conjunctions of a wide disjunction, but for those within others", () => {
    // So many that they are not told apart as alternatives.
    const isTested = (count: number, of: (index: number) => string): boolean => {
      const parts = Array.from({ length: count }, (_, index) => `(${of(index)})`);
      return /test\d/.test(rulesOf(`has header["a"] and (${parts.join(" or ")})`));
    };
    const [b, c, d] = ["b", "c", "d"].map((name) => (index: number) => `has header["${name}${index}"]`);
    expect(isTested(130, (index) => `${b!(index)} and not ${c!(index)}`)).toBe(false);
    expect(isTested(70, (index) => `${b!(index)} and not (${c!(index)} and ${d!(index)})`)).toBe(true);
  });

  test("but for what texts, patterns and grants ask", () => {
    expect(rulesOf('host contains "a"')).toMatch(/test\d/);
    expect(rulesOf("granted")).toMatch(/test\d/);
  });
});

describe("limits", () => {
  const asks = (limit: string): string => String(stepsOf(`limit l per ip ${limit}`).ask);

  test("are asked in place where rate and cost stand in the policy", () => {
    expect(asks("allow 4 per 1s")).toMatch(/entry0\.table\.ask\(.*, rate0, 1, c\.now/);
    expect(asks("allow client.rate ?? 4 per 1s")).toMatch(/c\.client < 0 \? rate0 : rates\[c\.client\] \?\? rate0/);
    for (const other of [
      "allow 4 per 1s exact",
      'allow 4 per day "UTC"',
      "allow 4 at once",
      "allow 4 per 1s cost query.count",
      "allow client.rate ?? 4 per 1s exact",
    ])
      expect(asks(other)).toMatch(/limits\.askEnforced\(0\)/);
  });
});

describe("there are none", () => {
  test("of so many candidates that the function would be large", () => {
    const rules = Array.from(
      { length: 1_000 },
      (_, index) => `rule b${index} when has header["x-${index}"] then note "b"`,
    );
    const { rules: collector, ask } = stepsOf(rules.join("\n"));
    expect(collector).toBeNull();
    expect(ask).not.toBeNull();
  });

  test("of so many candidates of all routes together, each of which would be small", () => {
    const candidates = (routes: number): Steps => {
      const declared = Array.from({ length: routes }, (_, index) => `route r${index} = GET "/r${index}"`);
      const rules = Array.from(
        { length: 10 },
        (_, index) => `rule b${index} when has header["x-${index}"] then note "b"`,
      );
      return stepsOf([...declared, ...rules].join("\n"));
    };
    // Ten rules on each route, and without one.
    expect(candidates(408).rules).not.toBeNull();
    expect(candidates(409).rules).toBeNull();
  });

  test("where the engine is told to make none, and it decides the same", () => {
    const policy = policyOf(POLICY);
    const engines = [createEngine(policy), createEngine(policy, { generate: false })];
    const request = makeRequest({ method: "POST", path: "/login/evil", ip: "10.0.0.1", size: 13_000 });
    const [generated, closed] = engines.map((engine) =>
      Array.from({ length: 12 }, (_, index) => engine.decide(request, 1e15 + index).toDecision()),
    );
    expect(generated).toEqual(closed);
    expect(generated!.map(({ matched }) => matched)).toContainEqual(["sized"]);
  });

  test("where the host makes no functions of texts, and it decides all the same", () => {
    const script = `
      import { createEngine, makeRequest } from ${JSON.stringify(new URL("../../../../engine/index.ts", import.meta.url).href)};
      let refused = false;
      try { new Function("return 1"); } catch { refused = true; }
      const policy = JSON.parse(process.argv[1]);
      const { by, verdict } = createEngine(policy).decide(makeRequest({ ip: "10.0.0.1", size: 13000 }), 1e15).toDecision();
      console.log(JSON.stringify({ refused, by, verdict }));`;
    const policy = policyOf(`rule sized when body.size > 12KB then block`);
    const args = [
      "--disallow-code-generation-from-strings",
      "--input-type=module",
      "-e",
      script,
      JSON.stringify(policy),
    ];
    const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8", timeout: 15_000 });
    expect(stdout.trim(), stderr).toBe('{"refused":true,"by":"sized","verdict":"block"}');
  });
});
