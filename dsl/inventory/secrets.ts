/**
 * Secrets that stand in an inventory as text: found by their form, told by place and kind, and never by value. The same forms mask
 * them wherever a text of the inventory is shown.
 */
import type { Span } from "../../engine/index.ts";
import { API_KEY_FORM, isApiKey } from "./api-key-form.ts";
import type { Data } from "./read.ts";

/** Where a secret stands, and what it looks like in words: `an API key`. */
export interface SecretPlace {
  readonly span: Span;
  readonly what: string;
}

interface Match {
  readonly start: number;
  readonly end: number;
  readonly what: string;
}

/** Forms that nothing else has. */
const FORMS: readonly (readonly [what: string, form: RegExp])[] = [
  ["a webhook secret", /(?<![A-Za-z0-9_-])wh(?:sec|sk)_[A-Za-z0-9+/_-]{8,}={0,2}/g],
  [
    "a private key",
    /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE(?:[^-]|-(?!----END)){0,20000}(?:-----END[A-Z0-9 ]{0,60}-----)?/g,
  ],
];
/** What may be a private member of a JWK is masked; whether it is one, the record tells. */
const MEMBER = /(?<=\b(?:d|p|q|dp|dq|qi|k)["']?\s{0,4}:\s{0,4}["']?)[A-Za-z0-9_-]{16,}={0,2}/g;
/** What stands in a field that is named like a secret, whatever it looks like. Messages quote names between backquotes. */
const NAMED = /(?<=\b(?:key|api_?key|secret|password|token)["']?\s{0,4}:\s{0,4}["']?)[^\s"'`,#{}[\]][^\r\n"',}\]]*/gi;
/** Three segments of base64url of which the first is a JSON object with an `alg`. */
const TOKEN = /(?<![A-Za-z0-9_.-])([A-Za-z0-9_-]{10,})\.[A-Za-z0-9_-]{2,}\.[A-Za-z0-9_-]*(?![A-Za-z0-9_.-])/g;
/** A run of characters that random secrets are written in. */
const RUN = /[A-Za-z0-9+/_=-]{32,}/g;
/** Bits a character above which such a run is no name. Hexadecimal digits have at most 4. */
const MOST_BITS = 4;

/** Replaces secrets by `*`, a character for a character, so that places stay what they are. */
export function maskSecrets(text: string): string {
  let shown = "";
  let from = 0;
  const fields = [...matchesOf(MEMBER, text, ""), ...matchesOf(NAMED, text, "")];
  const matches = [...certainIn(text), ...fields, ...randomIn(text)];
  for (const { start, end } of matches.sort((a, b) => a.start - b.start)) {
    const begin = Math.max(from, start);
    if (end <= begin) continue;
    shown += text.slice(from, begin) + text.slice(begin, end).replace(/[^\r\n]/g, "*");
    from = end;
  }
  return shown + text.slice(from);
}

/** At most this many places are told of one file. */
const MAX_PLACES = 1_000;

/**
 * Secrets of an inventory: what has a secret's form anywhere in the text, also in comments, and random runs in values of `data`
 * that are not the kind of field that holds a hash or a name given by others. At most 1,000 of them.
 */
export function secretPlaces(text: string, file: number, data: Data | null): readonly SecretPlace[] {
  const certain = certainIn(text).map(({ start, end, what }) => ({ span: { file, start, end }, what }));
  const found = new Map(certain.slice(0, MAX_PLACES).map((place) => [place.span.start, place]));
  if (data !== null) collectRandom(data, "", found);
  return [...found.values()].sort((a, b) => a.span.start - b.span.start);
}

/** Fields whose values are hashes, public keys, or names that an issuer gave. */
const REFERENCES: ReadonlySet<string> = new Set(["hash", "thumbprint", "value", "issuer", "jwk"]);

function collectRandom(data: Data, name: string, found: Map<number, SecretPlace>): void {
  if (REFERENCES.has(name) || found.size >= MAX_PLACES) return;
  if (data.kind === "object") for (const [inner, value] of data.fields) collectRandom(value, inner, found);
  else if (data.kind === "list") for (const item of data.items) collectRandom(item, name, found);
  else if (typeof data.value === "string" && certainIn(data.value).length === 0 && randomIn(data.value).length > 0)
    found.set(data.span.start, { span: data.span, what: "a random text" });
}

function matchesOf(form: RegExp, text: string, what: string): Match[] {
  return [...text.matchAll(form)].map((match) => ({ start: match.index, end: match.index + match[0].length, what }));
}

function certainIn(text: string): Match[] {
  const found = FORMS.flatMap(([what, form]) => matchesOf(form, text, what));
  const tokens = matchesOf(TOKEN, text, "a signed token").filter(({ start, end }) => isToken(text.slice(start, end)));
  const keys = matchesOf(API_KEY_FORM, text, "an API key").filter(({ start, end }) => isApiKey(text.slice(start, end)));
  return [...found, ...keys, ...tokens].sort((a, b) => a.start - b.start);
}

function isToken(text: string): boolean {
  const [header = ""] = text.split(".", 1);
  const decoded = Buffer.from(header, "base64url").toString("latin1").trim();
  return decoded.startsWith("{") && decoded.includes('"alg"');
}

/** Runs of at least 32 characters with more than 4 bits a character. Runs of words in one case are names. */
function randomIn(text: string): Match[] {
  return matchesOf(RUN, text, "a random text").filter(({ start, end }) => {
    const run = text.slice(start, end);
    return (/\d/.test(run) || (/[a-z]/.test(run) && /[A-Z]/.test(run))) && bitsOf(run) > MOST_BITS;
  });
}

/** Shannon's entropy of a text's characters, in bits a character. */
function bitsOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}
