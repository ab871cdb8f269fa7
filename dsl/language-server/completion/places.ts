/** Which words the grammar's names stand for, by the rule that takes them. */
import type { IToken } from "chevrotain";
import { CompletionItemKind } from "vscode-languageserver";
import { CHALLENGES, EVIDENCE, HMAC_SCHEMES, IDENTITY_ERRORS, METHODS, VERDICTS } from "../../../engine/index.ts";
import type { SymbolKind } from "../../check/scope.ts";
import { AGGREGATES } from "../../check/signal-types.ts";
import { DECLARABLE, WEEKDAY } from "../../check/types.ts";
import type { NextToken } from "../../grammar/next-tokens.ts";
import * as t from "../../tokens.ts";
import type { Analysis } from "../analysis.ts";
import { AGGREGATE_TEXTS } from "../vocabulary/aggregates.ts";
import { WORD_TEXTS } from "../vocabulary/words.ts";
import { type Suggestion, words } from "./item.ts";
import { modelWords, settingWords, takesRoute } from "./scenario-words.ts";
import { membersBehindDot, operands } from "./operands.ts";

/** What a place sees. */
interface Seen {
  readonly before: readonly IToken[];
  readonly rules: readonly string[];
  readonly analysis: Analysis;
}

type Place = (seen: Seen) => readonly Suggestion[];

const aboutWord = (word: string): string | undefined => WORD_TEXTS.get(word);
const fixed =
  (names: readonly string[], kind: CompletionItemKind = CompletionItemKind.EnumMember): Place =>
  () =>
    words(names, kind, aboutWord);

/** Names of declarations of some kinds. */
const declared =
  (...kinds: readonly SymbolKind[]): Place =>
  ({ analysis }) =>
    [...analysis.symbols.declared.values()]
      .filter(({ kind }) => kinds.includes(kind))
      .map(({ kind, name, declaration }) => ({
        label: name.text,
        kind: CompletionItemKind.Reference,
        detail: kind,
        about: declaration.doc,
      }));

const clients: Place = ({ analysis }) =>
  [...analysis.symbols.clients.values()].map(({ client }) => ({
    label: /^[a-z][a-z0-9_]*$/.test(client.id) ? client.id : JSON.stringify(client.id),
    kind: CompletionItemKind.Value,
    detail: `client, ${client.kind}`,
    about: client.purpose,
  }));

/** By the image of the word before. */
const behind =
  (places: Readonly<Record<string, Place>>): Place =>
  (seen) =>
    places[seen.before.at(-1)?.image ?? ""]?.(seen) ?? [];

const types = fixed(DECLARABLE, CompletionItemKind.TypeParameter);
const weekdays = fixed(WEEKDAY.members?.members ?? []);
const routes = declared("route", "group");
const answers = fixed(["closed", "open", "local"]);
const blockOr = (word: string): Place => fixed(["block", word]);

const SETTINGS = ["owner", "default", "unavailable", "ambiguous_paths", "refused_credentials", "memory"];
const SETTING_VALUES: Readonly<Record<string, Place>> = {
  default: blockOr("allow"),
  unavailable: answers,
  ambiguous_paths: blockOr("allow"),
  refused_credentials: blockOr("pass"),
};

const MEMBERS: Readonly<Record<string, readonly string[]>> = {
  jwt: ["audience", "keys", "client claim", "algorithms", "lifetime at most", "claims", "dpop"],
  api_key: ["header"],
  mtls: ["header"],
  hmac: ["scheme", "secrets", "tolerance"],
  signature: ["keys", "components"],
};

const METRICS = ["admitted", "succeeded", "contained", "first_refusal", "overshoot", "harmed", "refused", "delayed"];

/** The clauses of an identity source, by the word that began it. */
const memberWords: Place = ({ before }) => {
  if (/^(?:dpop|scheme)$/.test(before.at(-1)?.image ?? "")) return [];
  const sort = before.findLast(({ image }) => Object.hasOwn(MEMBERS, image))?.image ?? "";
  return words(MEMBERS[sort] ?? [], CompletionItemKind.Property, aboutWord);
};

/** Populations and attacks that the scenario has declared so far. */
const actors: Place = ({ before }) => {
  const names = before.flatMap(({ tokenType }, index) =>
    tokenType === t.K.population || tokenType === t.K.attack ? [before[index + 1]?.image ?? ""] : [],
  );
  return words(names, CompletionItemKind.Variable);
};

const namesIn: Place = (seen) => {
  const exempting = seen.rules.at(-2) === "action";
  return exempting ? declared("limit", "rule")(seen) : routes(seen);
};

/** What a name reads in a condition; the value of a scenario's setting is one of a few words. */
const operand: Place = (seen) => {
  const { before, rules, analysis } = seen;
  if (!rules.includes("actorSetting")) return operands(before, rules, analysis);
  if (takesRoute(before, before.at(-1)?.image ?? "")) return declared("route")(seen);
  return behind({ retries: fixed(["none", "fixed", "backoff", "full_jitter"]) })(seen);
};

const aggregates: Place = () =>
  [...AGGREGATES.keys()].map((label) => {
    const text = AGGREGATE_TEXTS[label];
    const takes = text?.form.includes("(") === true;
    return {
      label,
      kind: CompletionItemKind.Function,
      detail: text?.form ?? "",
      about: `${text?.about ?? ""}\n\n${text?.bound ?? ""}`,
      insert: takes ? `${label}($1)` : label,
    };
  });

/** By the rule and the number of the word in it. */
const PLACES: Readonly<Record<string, Place>> = {
  "setting 0": fixed(SETTINGS, CompletionItemKind.Property),
  "setting 2": behind(SETTING_VALUES),
  "identitySource 0": fixed(Object.keys(MEMBERS), CompletionItemKind.Keyword),
  "member 0": behind({ dpop: fixed(["optional", "required"]), scheme: fixed(HMAC_SCHEMES) }),
  "member 2": types,
  "member 3": memberWords,
  "listDeclaration 2": types,
  "routeDeclaration 2": fixed(METHODS),
  "routeClause 0": fixed(EVIDENCE),
  "bodyField 2": types,
  "names 0": namesIn,
  "factDeclaration 2": types,
  "tableDeclaration 2": types,
  "tableDeclaration 3": types,
  "windowDeclaration 2": weekdays,
  "hours 0": weekdays,
  "signalDeclaration 2": aggregates,
  "amount 0": fixed(["day", "hour", "month"], CompletionItemKind.Unit),
  "limitClause 0": answers,
  "refusal 0": fixed(CHALLENGES),
  "action 0": fixed(CHALLENGES),
  "ruleClause 0": answers,
  "rolloutEntry 0": declared("rule", "limit"),
  "rolloutEntry 2": declared("rule", "limit"),
  "invariantDeclaration 0": fixed(VERDICTS),
  "request 0": fixed(METHODS),
  "requestClause 0": clients,
  "requestClause 2": behind({ evidence: fixed(EVIDENCE), pass: fixed(CHALLENGES) }),
  "requestClause 3": fixed(IDENTITY_ERRORS),
  "expectation 0": fixed(VERDICTS),
  "expectationClause 0": declared("rule", "limit"),
  "expectationClause 2": declared("rule", "limit"),
  "expectationClause 3": declared("score"),
  "serviceClause 0": declared("route"),
  "actor 2": ({ before }) => modelWords(before),
  "takingPart 0": clients,
  "mixShare 0": declared("route"),
  "place 0": declared("list"),
  "reaction 0": fixed(["blocked", "throttled", "challenged"]),
  "reaction 2": behind({ rotate: fixed(["source", "credential"]), slow: fixed(["down"]), give: fixed(["up"]) }),
  "reaction 3": fixed(["solve"]),
  "actorSetting 0": ({ before }) => settingWords(before),
  "scenarioExpectation 0": (seen) => (seen.before.at(-1)?.tokenType === t.Dot ? fixed(METRICS)(seen) : actors(seen)),
  "name 0": (seen) =>
    seen.before.at(-1)?.tokenType === t.Dot ? membersBehindDot(seen.before, seen.rules, seen.analysis) : operand(seen),
};

/** The words for a name that the grammar would take. */
export function wordsFor(next: NextToken, before: readonly IToken[], analysis: Analysis): readonly Suggestion[] {
  const place = PLACES[`${next.rules.at(-1) ?? ""} ${next.occurrence}`];
  return place?.({ before, rules: next.rules, analysis }) ?? [];
}
