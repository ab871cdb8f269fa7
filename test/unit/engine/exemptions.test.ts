/** What a request is exempted from is its own: nothing is cleared between requests, so each ends with its epoch. */
import { expect, test } from "vitest";
import { Exemptions } from "../../../engine/exemptions.ts";
import type { Context } from "../../../engine/facts/context.ts";
import { contextOf } from "../../helpers/contexts.ts";
import { makeLimit, makePolicy, makeRule } from "../../helpers/policies.ts";

const RATE = { allow: 1, perMicros: 1, burst: 1 };

function begin(): { context: Context; exemptions: Exemptions; held: () => string } {
  const policy = makePolicy({
    rules: ["a", "b", "c"].map((name) => makeRule(name)),
    limits: ["d", "e"].map((name) => makeLimit(name, RATE)),
  });
  const context = contextOf(policy);
  context.epoch = 1;
  const exemptions = new Exemptions(context);
  const held = (): string =>
    [0, 1, 2].filter((rule) => exemptions.hasRule(rule)).join("") +
    "/" +
    [0, 1].filter((limit) => exemptions.hasLimit(limit)).join("");
  return { context, exemptions, held };
}

test("a request is exempted from nothing but what it is exempted from", () => {
  const { exemptions, held } = begin();
  expect(held()).toBe("/");
  exemptions.exemptFromRule(1);
  expect(held()).toBe("1/");
  exemptions.exemptFromLimit(0);
  expect(held()).toBe("1/0");
  exemptions.exemptFromRule(2);
  expect(held()).toBe("12/0");
});

test("a request can be exempted from a limit alone", () => {
  const { exemptions, held } = begin();
  exemptions.exemptFromLimit(1);
  expect(held()).toBe("/1");
});

test("the next request begins with none, and keeps none of an earlier one beside its own", () => {
  const { context, exemptions, held } = begin();
  exemptions.exemptFromRule(0);
  exemptions.exemptFromLimit(0);
  context.epoch = 2;
  expect(held()).toBe("/");
  exemptions.exemptFromRule(1);
  expect(held()).toBe("1/");
  exemptions.exemptFromLimit(1);
  expect(held()).toBe("1/1");
});

test("epochs that come again in another round are of other requests", () => {
  const { context, exemptions, held } = begin();
  exemptions.exemptFromRule(0);
  exemptions.exemptFromLimit(0);
  context.round++;
  expect(held()).toBe("/");
  exemptions.exemptFromRule(1);
  expect(held()).toBe("1/");
  exemptions.exemptFromLimit(1);
  expect(held()).toBe("1/1");
});
