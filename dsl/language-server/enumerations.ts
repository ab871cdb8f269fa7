/** What bare names beside a value can be: members of the language's enumerations, labels of classes, routes, clients. */
import type { AstExpr, AstName } from "../ast.ts";
import { attributeNamed } from "../check/attributes.ts";
import { meaning, type Meaning } from "./meaning.ts";
import type { Symbols } from "./symbols.ts";

/** A closed set of names. `strings` where they are written as strings: ids of clients. */
export interface Enumeration {
  readonly members: readonly string[];
  readonly strings: boolean;
  /** What a member means. */
  readonly meaningOf: (member: string) => Meaning;
}

/** The enumeration that an expression gives; null where its values are no names. */
export function enumerationOf(expr: AstExpr, symbols: Symbols): Enumeration | null {
  let inner = expr;
  while (inner.kind === "paren") inner = inner.item;
  if (inner.kind === "default") return inner.options[0] === undefined ? null : enumerationOf(inner.options[0], symbols);
  return inner.kind === "name" ? enumerationNamed(writtenName(inner), symbols) : null;
}

/** The enumeration of an attribute or class by its written name. */
export function enumerationNamed(written: string, symbols: Symbols): Enumeration | null {
  if (written === "route") return routes(symbols);
  if (written === "client.id") return clients(symbols);
  const members = attributeNamed(written)?.type.members?.members;
  if (members !== undefined) return { members, strings: false, meaningOf: (one) => meaning("member", one, written) };
  const declaration = symbols.declared.get(written)?.declaration;
  if (declaration?.kind !== "class") return null;
  const labels = [...declaration.cases.map(({ label }) => label.text), declaration.otherwise.text];
  return { members: [...new Set(labels)], strings: false, meaningOf: (one) => meaning("label", one, written) };
}

/** A name as it is written, with its dots and without index and arguments. */
export function writtenName(name: AstName): string {
  return name.parts.map(({ text }) => text).join(".");
}

function routes({ declared }: Symbols): Enumeration {
  const members = [...declared.values()].filter(({ kind }) => kind === "route").map(({ name }) => name.text);
  return { members, strings: false, meaningOf: (one) => meaning("declared", one) };
}

function clients(symbols: Symbols): Enumeration {
  return { members: [...symbols.clients.keys()], strings: true, meaningOf: (one) => meaning("client", one) };
}
