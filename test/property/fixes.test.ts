/** A fix mends what it is for, brings no error, and, where the policy was right, changes no decision. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadPolicyText, memoryFiles, mendPolicy, type LoadResult } from "../../dsl/index.ts";
import { createReference } from "../../engine/index.ts";
import type { Policy, Request } from "../../engine/index.ts";
import { arbitraryRequest } from "../helpers/generators-requests.ts";
import { check } from "../helpers/property.ts";

const NAME = "policy.edgepolicy";

/** Conditions with a fix, and some without. */
const CONDITIONS = [
  "method in [GET]",
  "method not in [POST]",
  "evidence in [network]",
  'host in ["api.example.com"]',
  "ip in [203.0.113.0/24]",
  "ip not in [203.0.113.9]",
  "ip in [203.0.113.0/24, 203.0.113.9, 203.0.113.0/25]",
  "not has client",
  "not no client",
  "not (not granted)",
  "granted == true",
  "granted == false",
  "(granted) != true",
  "not granted == false",
  "path.raw matches /^\\/v1\\/orders$/",
  "path.raw matches /orders/",
  "path.raw matches /.*(login|orders)/",
  "path.raw matches /orders\\/[0-9]+.*/",
  'path.raw like "/v1/orders"',
  'header["user-agent"] ?? "" matches /\\.js$/',
  "body.size > 1KB",
  "query.count == 0",
] as const;

const GAPS = [" ", "  ", "\n  ", " // why\n  "];
const gap = fc.constantFrom(...GAPS);

const condition: fc.Arbitrary<string> = fc
  .tuple(
    fc.constantFrom("and", "or"),
    fc.array(fc.tuple(fc.constantFrom(...CONDITIONS), gap, gap), { minLength: 1, maxLength: 4 }),
  )
  .map(([word, items]) =>
    items.map(([text, before, after], index) => (index === 0 ? text : `${word}${before}${text}`) + after).join(""),
  );

const policyText = fc
  .array(condition, { minLength: 1, maxLength: 4 })
  .map((conditions) =>
    [
      'policy "t" { default allow }',
      'route orders = GET | POST "/v1/orders"',
      "list bots : ip = [203.0.113.7, 203.0.113.7, // one\n  203.0.113.8]",
      ...conditions.map((text, index) => `rule r${index} on orders, orders when ${text} then slow ${index + 1}s`),
      "rule bot when ip in bots then block for 1h doubling to 1h per ip",
      "limit pace on orders per ip allow 3 per 1m",
      "rollout { bot canary 100% per ip }",
    ].join("\n"),
  );

function fixesOf({ diagnostics }: LoadResult): readonly string[] {
  return diagnostics.filter(({ fix }) => fix !== null).map(({ code }) => code);
}

function decisionsOf(policy: Policy, requests: readonly Request[]): readonly object[] {
  const engine = createReference(policy);
  return requests.map((request, index) => {
    const { verdict, by, status, matched, delay } = engine
      .decide(request, 1_800_000_000_000_000 + index * 1_000)
      .toDecision();
    return { verdict, by, status, matched, delay };
  });
}

let mended = 0;

test("mending leaves no fix, no error, and the same decisions", () => {
  check(
    fc.property(policyText, fc.array(arbitraryRequest, { minLength: 1, maxLength: 6 }), (text, requests) => {
      const before = loadPolicyText(text);
      const result = mendPolicy(NAME, memoryFiles({ [NAME]: text }), () => true);
      mended += result.mended.length;
      expect(result.load.diagnostics.filter(({ severity }) => severity === "error")).toEqual([]);
      expect(fixesOf(result.load)).toEqual([]);
      expect(commentsOf(result.texts.get(NAME) ?? text)).toEqual(commentsOf(text));
      if (before.policy === null || result.load.policy === null) throw new Error("the policy is right");
      expect(decisionsOf(result.load.policy, requests)).toEqual(decisionsOf(before.policy, requests));
    }),
    { runs: 300 },
  );
  expect(mended).toBeGreaterThan(1_000);
});

function commentsOf(text: string): readonly string[] {
  return text.match(/\/\/ [a-z]+$/gm) ?? [];
}
