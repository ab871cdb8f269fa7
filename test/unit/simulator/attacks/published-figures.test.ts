/** The defaults of models of attacks are the published figures that the tables at the heads of `dsl/attack-models/` state. */
import { expect, test } from "vitest";
import { type AttackModel, attackModel } from "../../../../dsl/index.ts";
import { campaignOf } from "../../../helpers/campaign.ts";

const modelOf = (name: string): AttackModel => attackModel(name)!;
const perSecond = ({ rate }: AttackModel): number => (rate.count * 1e6) / rate.perMicros;

/** Requests of the campaign a second, and of each address an hour. */
test.each([
  ["credential_stuffing", 40, 8.8],
  ["credential_cracking", 54, 15],
  ["flood", 136, 3600 / 8.8],
])("%s sends %d a second, %d an hour from each address", (name, rate, fromEach) => {
  const model = modelOf(name);
  expect(perSecond(model)).toBe(rate);
  expect(Math.abs((perSecond(model) * 3600) / model.sources / fromEach - 1)).toBeLessThan(0.03);
});

test.each([
  ["id_enumeration", 5_000 / 60],
  ["card_testing", 23],
  ["account_creation", 1 / 7.5],
])("%s sends %d a second", (name, rate) => {
  expect(perSecond(modelOf(name))).toBeCloseTo(rate);
});

test("low_and_slow tries a few times from each address, over hours", () => {
  const model = modelOf("low_and_slow");
  const hours = (times: number): number => (times * model.sources) / perSecond(model) / 3600;
  expect(hours(1.7)).toBeGreaterThan(1);
  expect(hours(5.3)).toBeLessThan(24);
});

test("sources that are not stated are the model's, or as many as the networks hold", () => {
  const addresses = (from: string): number => {
    const { sent } = campaignOf(`low_and_slow { target thing rate 20 per 1s ${from} }`);
    return new Set(sent.map(({ ip }) => ip)).size;
  };
  expect(addresses("")).toBe(modelOf("low_and_slow").sources);
  expect(addresses("from 198.18.0.0/20")).toBe(16);
});
