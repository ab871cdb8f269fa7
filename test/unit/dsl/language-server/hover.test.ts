import type { MarkupContent } from "vscode-languageserver";
import { describe, expect, it, test } from "vitest";
import { WRITTEN_NAMES } from "../../../../dsl/check/attributes.ts";
import { AGGREGATES } from "../../../../dsl/check/signal-types.ts";
import { hover } from "../../../../dsl/language-server/hover.ts";
import { AGGREGATE_TEXTS } from "../../../../dsl/language-server/vocabulary/aggregates.ts";
import { ATTRIBUTE_TEXTS } from "../../../../dsl/language-server/vocabulary/attributes.ts";
import { open, SHOP, SHOP_FILES } from "../../../helpers/language-server.ts";

/** What is shown where the cursor stands in `marked`, which replaces the same text of the shop's policy. */
function shown(marked: string): string {
  const { document, analysis, position } = open(SHOP.replace(marked.replace("‸", ""), marked), SHOP_FILES);
  return (hover(document, analysis, position)?.contents as MarkupContent | undefined)?.value ?? "";
}

describe("hover tells", () => {
  const cases: readonly (readonly [text: string, parts: readonly string[]])[] = [
    ["us‸ers > 20", ["signal users : int", "Names tried", "at most 10 % (rms)", "136 bytes a key, 2472"]],
    ["fair_‸use on", ["limit fair_use", "GCRA", "B + ⌈W·N/D⌉ − 1", "24 bytes a key"]],
    ["stuff‸ing on", ["then block for 15m", "Rollout: `shadow`", "bytes a key of the ban"]],
    ["ris‸k >= 30", ["score risk : int", "2 terms; 0 to 40"]],
    ["when inter‸nal", ["let internal : bool"]],
    ["order, log‸in", ['route login = POST "/v1/login"']],
    ["usern‸ame)", ["username : string?", "A body field of `login`"]],
    ["has cli‸ent and granted", ["client : client?", "Missing where there is no client", "`has client`"]],
    ["client.ki‸nd", ["enumeration service, job"]],
    ["client.ra‸te", ["client.rate : rate?", "its record does not state it"]],
    ["[ser‸vice", ["client.kind is service"]],
    ["gran‸ted", ["granted : bool", "Whether the inventory grants"]],
    ["dist‸inct", ["distinct(x) : int", "HyperLogLog"]],
    ["acme_s‸ync", ["nightly export", "rate: 50 per 1s burst 100", "operations: order"]],
    ["else ski‸p", ["Without a key nothing is counted"]],
    ["bl‸ock for", ["403"]],
  ];
  it.each(cases)("%s", (text, parts) => {
    const told = shown(text);
    for (const part of parts) expect(told).toContain(part);
  });
});

test("hover tells the type of what is computed", () => {
  const text = `${SHOP}table w : string -> duration = { "/a": 5s } else 1s\nsignal wait‸ed = sum(w[path.raw]) per ip over 1m\n`;
  const { document, analysis, position } = open(text, SHOP_FILES);
  expect(hover(document, analysis, position)).toMatchObject({
    contents: { value: expect.stringContaining("signal waited : duration") as string },
  });
});

test("hover also answers in a declaration that does not parse", () => {
  const { document, analysis, position } = open(`${SHOP}rule x when users > and client.ki‸nd is`, SHOP_FILES);
  expect(hover(document, analysis, position)).toMatchObject({
    contents: { value: expect.stringContaining("client.kind") as string },
  });
});

test("hover says nothing about numbers, strings and space", () => {
  for (const text of ["over 1‸0m", '"/v1/lo‸gin"']) expect(shown(text)).toBe("");
});

test("hover never shows a credential", () => {
  expect(shown("acme_s‸ync")).not.toMatch(/sha256/);
});

test("every attribute and aggregate has its text", () => {
  expect(WRITTEN_NAMES.filter((name) => !Object.hasOwn(ATTRIBUTE_TEXTS, name))).toEqual([]);
  expect([...AGGREGATES.keys()].filter((name) => !Object.hasOwn(AGGREGATE_TEXTS, name))).toEqual([]);
});
