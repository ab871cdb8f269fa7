/** What may stand in a string that is being written. */
import type { IToken } from "chevrotain";
import { CompletionItemKind } from "vscode-languageserver";
import * as t from "../../tokens.ts";
import type { Analysis } from "../analysis.ts";
import { nameBefore, nameCompared } from "./cursor.ts";
import { type Suggestion, words } from "./item.ts";

/** Headers that programs send. */
const HEADERS = [
  "accept",
  "authorization",
  "content-type",
  "dpop",
  "idempotency-key",
  "signature",
  "traceparent",
  "user-agent",
  "x-api-key",
  "x-forwarded-client-cert",
  "x-request-id",
];

/** Suggestions for the inside of a string behind the given tokens. */
export function stringsBehind(before: readonly IToken[], analysis: Analysis): readonly Suggestion[] {
  const last = before.at(-1)?.tokenType;
  const { symbols } = analysis;
  if (last === t.LeftBracket) {
    const indexed = indexesOf(nameBefore(before.slice(0, -1)), analysis);
    if (indexed !== null) return words(indexed, CompletionItemKind.Value);
  }
  if (last === t.LeftParen && /^now\.(hour|weekday)$/.test(nameBefore(before.slice(0, -1)))) return zones();
  if (last === t.K.client || isTakingPart(before)) return words(symbols.clients.keys(), CompletionItemKind.Value);
  if (last === t.K.header) return words(HEADERS, CompletionItemKind.Value);
  if (wantsZone(before)) return zones();
  if (before[0]?.tokenType === t.K.test && before.at(-2)?.tokenType !== t.K.header) return patterns(analysis);
  return words(valuesOf(nameCompared(before), analysis), CompletionItemKind.Value);
}

/** `clients [ "…`: who takes part in a scenario. */
function isTakingPart(before: readonly IToken[]): boolean {
  const open = before.findLastIndex(({ tokenType }) => tokenType === t.LeftBracket);
  return open > 0 && before[open - 1]?.tokenType === t.K.clients;
}

function wantsZone(before: readonly IToken[]): boolean {
  const [first, last] = [before[0]?.tokenType, before.at(-1)];
  if (first === t.K.window) return last?.tokenType === t.TimeOfDay;
  return first === t.K.limit && /^(day|hour|month)$/.test(last?.image ?? "");
}

function zones(): readonly Suggestion[] {
  return words(["UTC", ...Intl.supportedValuesOf("timeZone")], CompletionItemKind.Value);
}

function indexesOf(name: string, { symbols }: Analysis): readonly string[] | null {
  const keys = (of: "labels" | "expect"): readonly string[] => [
    ...new Set([...symbols.clients.values()].flatMap(({ client }) => Object.keys(client[of]))),
  ];
  switch (name) {
    case "header":
    case "response.header":
      return HEADERS;
    case "client.labels":
      return keys("labels");
    case "client.expect":
      return keys("expect");
    default:
      return null;
  }
}

/** Texts that the inventory holds for what a string is compared with. */
function valuesOf(name: string, { symbols }: Analysis): ReadonlySet<string> {
  const clients = [...symbols.clients.values()].map(({ client }) => client);
  switch (name) {
    case "client.id":
      return new Set(symbols.clients.keys());
    case "client.plan":
      return new Set(clients.map(({ plan }) => plan).filter((plan) => plan !== ""));
    case "client.environment":
      return new Set(clients.map(({ environment }) => environment));
    case "client.owner.team":
      return new Set(clients.map(({ owner }) => owner.team));
    case "client.owner.accountable":
      return new Set(clients.map(({ owner }) => owner.accountable ?? "").filter((person) => person !== ""));
    default:
      return new Set();
  }
}

/** Paths of the policy's routes. */
function patterns({ result }: Analysis): readonly Suggestion[] {
  const paths = result.declarations.routes.map(({ pattern }) => pattern.value.replace(/^\/\/[^/]*/, ""));
  return words(new Set(paths), CompletionItemKind.Value);
}
