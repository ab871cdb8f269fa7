/** Which declarations a request meets: each that holds, once, in order of declaration, whatever the index finds first. */
import { describe, expect, test } from "vitest";
import { compile } from "../../../engine/compile/compile.ts";
import { readRequest } from "../../../engine/facts/read-request.ts";
import { makeRequest, type Policy, type Request } from "../../../engine/index.ts";
import { Phase } from "../../../engine/layout.ts";
import { NO_STEPS } from "../../../engine/generate/steps.ts";
import { Matches } from "../../../engine/matches.ts";
import { routeCandidates } from "../../../engine/route-candidates.ts";
import { policyOf } from "../../helpers/compiled.ts";
import { contextOf } from "../../helpers/contexts.ts";

/** A request by the letters of its query, of which the conditions below ask one header each. */
function requestOf(letters: string): Request {
  const headers = Object.fromEntries(letters.split("").map((letter) => [`x-${letter}`, "1"]));
  return makeRequest({ headers, path: `/${letters}` });
}

const set = (letter: string): string => `header["x-${letter}"] ?? "" == "1"`;

/** Rules as alternatives of letters that are all there: `["ab", "c"]` is `a and b or c`. */
function policyOfRules(rules: readonly (readonly string[])[]): Policy {
  const texts = rules.map((alternatives, index) => {
    const when = alternatives.map((all) => `(${all.split("").map(set).join(" and ")})`).join(" or ");
    return `rule r${index} when ${when} then note "n${index}"`;
  });
  return policyOf(texts.join("\n"));
}

function fits(alternatives: readonly string[], letters: string): boolean {
  return alternatives.some((all) => all.split("").every((letter) => letters.includes(letter)));
}

function matcherOf(policy: Policy) {
  const context = contextOf(policy);
  const matches = new Matches(context, routeCandidates(context.program.index, policy.routes.length), NO_STEPS);
  const collect = (phase: number): readonly number[] => {
    const { items, count } = matches.collect(phase);
    return [...items.subarray(0, count)];
  };
  const meet = (request: Request): readonly number[] => {
    readRequest(context, request);
    matches.find();
    return collect(Phase.rule);
  };
  return { context, collect, meet, matches };
}

const LETTERS = ["", "a", "b", "ab", "c", "ac", "bc", "abc", "d", "abcd", "acd"];

describe("rules", () => {
  test.each([
    ["one alternative each", [["a"], ["b"], ["c"], ["a"], ["d"], ["b"]]],
    ["several conditions", [["ab"], ["bc"], ["abc"], ["a"], ["cd"]]],
    [
      "alternatives, of which more than one can hold",
      [["b", "a"], ["ab", "cd"], ["c", "a", "d"], ["d"], ["abc", "bd"]],
    ],
    ["no rule", []],
  ])("of %s", (_, rules) => {
    const { meet } = matcherOf(policyOfRules(rules));
    for (const letters of [...LETTERS, ...LETTERS.toReversed()]) {
      const expected = rules.flatMap((alternatives, index) => (fits(alternatives, letters) ? [index] : []));
      expect(meet(requestOf(letters))).toEqual(expected);
    }
  });

  test("of many are found in their order", () => {
    const rules = Array.from({ length: 60 }, (_, index) => [["c", "a"], ["ab"], ["b", "ac"], ["d"]][(index * 7) % 4]!);
    const { meet } = matcherOf(policyOfRules(rules));
    for (const letters of LETTERS) {
      const expected = rules.flatMap((alternatives, index) => (fits(alternatives, letters) ? [index] : []));
      expect(meet(requestOf(letters))).toEqual(expected);
    }
  });

  test("are asked again in each collection of one request", () => {
    const { meet, collect } = matcherOf(policyOfRules([["a"], ["b"]]));
    expect(meet(requestOf("b"))).toEqual([1]);
    expect(collect(Phase.rule)).toEqual([1]);
  });

  test("are met once in a request, and again when epochs begin anew", () => {
    const { context, meet } = matcherOf(
      policyOfRules([
        ["a", "b"],
        ["b", "c"],
      ]),
    );
    expect(meet(requestOf("ab"))).toEqual([0, 1]);
    // The next request has the same epoch as the first, in another round.
    context.epoch = 0x3fffffff - 1;
    expect(meet(requestOf("abc"))).toEqual([0, 1]);
    expect([context.epoch, context.round]).toEqual([1, 1]);
    expect(meet(requestOf("bc"))).toEqual([0, 1]);
    context.epoch = 0x3fffffff - 1;
    expect(meet(requestOf("c"))).toEqual([1]);
    expect(meet(requestOf("ac"))).toEqual([0, 1]);
  });
});

test("each phase has its own, with room for all of them", () => {
  const policy = policyOf(`
    signal s = count where ${set("a")} per ip over 1m
    limit l when ${set("b")} per ip allow 5 per 1s
    limit m when ${set("a")} or ${set("c")} per ip allow 5 per 1s
    score risk { +1 when ${set("c")}  +2 when ${set("a")}  +4 when ${set("b")} or ${set("a")} }
    rule r when ${set("c")} or ${set("b")} then note "r"
    rule scored when risk > 1000 then note "never"`);
  const { meet, collect, matches } = matcherOf(policy);
  const all = (letters: string): object => {
    const rules = meet(requestOf(letters));
    return { rules, limits: collect(Phase.limit), terms: collect(Phase.term) };
  };
  expect(["", "a", "b", "c", "abc"].map(all)).toEqual([
    { rules: [], limits: [], terms: [] },
    { rules: [], limits: [1], terms: [1, 2] },
    { rules: [0], limits: [0], terms: [2] },
    { rules: [0], limits: [1], terms: [0] },
    { rules: [0], limits: [0, 1], terms: [0, 1, 2] },
  ]);
  const { index } = compile(policy);
  for (const [phase, { items }] of matches.lists.entries()) {
    const targets = index.entryTarget.filter((_, entry) => index.entryPhase[entry] === phase);
    expect(items.length).toBe(Math.max(-1, ...targets) + 1);
  }
});

test("rules that ask what is known only later are found when they are collected", () => {
  // No score has a value here, so each is 0.
  const rules = Array.from({ length: 20 }, (_, index) => `rule r${index} when risk == ${index % 4} then note "n"`);
  const { meet, collect } = matcherOf(policyOf(`score risk { +1 when ${set("a")} }\n${rules.join("\n")}`));
  expect(meet(requestOf("a"))).toEqual([0, 4, 8, 12, 16]);
  expect(collect(Phase.term)).toEqual([0]);
  expect(meet(requestOf(""))).toEqual([0, 4, 8, 12, 16]);
});
