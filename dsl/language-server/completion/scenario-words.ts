/** Words of a scenario's actors: their models, and the settings that each model takes. */
import type { IToken } from "chevrotain";
import { CompletionItemKind } from "vscode-languageserver";
import { ATTACK_MODELS, attackModel } from "../../attack-models/registry.ts";
import { ATTACK_CLAUSES } from "../../check/attacks.ts";
import { POPULATION_MODELS } from "../../check/populations.ts";
import * as t from "../../tokens.ts";
import { type Suggestion, words } from "./item.ts";

/** Clauses that are no settings: the grammar has rules of their own for them. */
const CLAUSES: ReadonlySet<string> = new Set(["clients", "rate", "mix", "from", "from … to", "if"]);

/** Models of the actor that is being declared: `attack NAME = …`. */
export function modelWords(before: readonly IToken[]): readonly Suggestion[] {
  if (before.at(-3)?.tokenType !== t.K.attack) return words([...POPULATION_MODELS.keys()], CompletionItemKind.Class);
  return ATTACK_MODELS.map(({ name, threats, about }) => ({
    label: name,
    kind: CompletionItemKind.Class,
    detail: threats.join(", "),
    about,
  }));
}

/** Settings of the model of the actor around. */
export function settingWords(before: readonly IToken[]): readonly Suggestion[] {
  const head = before.findLastIndex(({ tokenType }) => tokenType === t.K.population || tokenType === t.K.attack);
  const model = before[head + 3]?.image ?? "";
  const attack = before[head]?.tokenType === t.K.attack ? attackModel(model) : null;
  const parameters = Object.entries(attack?.parameters ?? {}).map(([label, { about, type }]) => ({
    label,
    kind: CompletionItemKind.Property,
    detail: type,
    about,
  }));
  const common = attack === null ? (POPULATION_MODELS.get(model) ?? []) : ATTACK_CLAUSES;
  const settings = common.filter((name) => !CLAUSES.has(name));
  return [...words(settings, CompletionItemKind.Property), ...parameters];
}

/** Whether the setting named `name`, of the actor around, takes a route. */
export function takesRoute(before: readonly IToken[], name: string): boolean {
  if (name === "target") return true;
  const head = before.findLastIndex(({ tokenType }) => tokenType === t.K.attack);
  return attackModel(before[head + 3]?.image ?? "")?.parameters[name]?.type === "route";
}
