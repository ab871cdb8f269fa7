/** `EP1…`: problems of the text itself, of literals and of grammar. */
import type { CodeEntry } from "./entry.ts";

/** Entries in the order of their codes. */
export const SYNTAX_CODES: readonly CodeEntry[] = [
  {
    code: "EP1001",
    title: "file too large",
    explanation:
      'A policy file is at most 1 MiB. Move long lists to files of their own with `list NAME : TYPE from "file"`.',
  },
  {
    code: "EP1002",
    title: "byte-order mark",
    explanation: "The file begins with a byte-order mark. Policies are UTF-8 without one; save the file without it.",
  },
  {
    code: "EP1003",
    title: "not text",
    explanation:
      "The file holds a control character or a character that changes the direction of text. Such characters can make a policy read differently from what it does, so none is accepted, not even in comments; in strings write `\\u{…}`.",
  },
  {
    code: "EP1004",
    title: "unexpected character",
    explanation: "The character has no meaning in the language outside strings and comments.",
  },
  {
    code: "EP1005",
    title: "nesting too deep",
    explanation: "Brackets of any kind nest at most 64 levels. Name the inner conditions with `let`.",
  },
  {
    code: "EP1006",
    title: "chain too long",
    explanation:
      "At most 8 `not` stand in a row, and at most 64 terms in one sum or product. Split the expression with `let`.",
  },
  {
    code: "EP1007",
    title: "too many problems",
    explanation: "Only the first problems of a file are listed. Mend them and check again.",
  },
  {
    code: "EP1101",
    title: "string not closed",
    explanation: "A string ends on the line it begins on, with a double quote. A line break inside is written `\\n`.",
  },
  {
    code: "EP1102",
    title: "unknown escape",
    explanation:
      'Strings know the escapes `\\"`, `\\\\`, `\\n`, `\\t` and `\\u{…}` with one to six hexadecimal digits of a character.',
  },
  {
    code: "EP1103",
    title: "not a number",
    explanation:
      "A number is digits, which `_` may group, with an optional fraction and unit: `1_000`, `0.5%`, `10m`, `64KB`.",
  },
  {
    code: "EP1104",
    title: "number out of range",
    explanation: "Integers, durations (in microseconds) and sizes (in bytes) lie within ±2^53, where they are exact.",
  },
  {
    code: "EP1105",
    title: "unit missing",
    explanation:
      "Every number has a unit. Durations are written `250ms`, `10s`, `5m`, `2h` or `7d`, sizes `512B`, `64KB` or `1MB`, shares `20%`.",
  },
  {
    code: "EP1106",
    title: "unknown unit",
    explanation: "Units are `ms s m h d` for durations, `B KB MB GB` (powers of 1024) for sizes, and `%`.",
  },
  {
    code: "EP1107",
    title: "wrong kind of number",
    explanation: "The clause takes a number of another kind, such as a duration where a percentage stands.",
  },
  {
    code: "EP1108",
    title: "not an address",
    explanation:
      "Addresses are IPv4 (`203.0.113.9`) or IPv6 (`2001:db8::1`); a network adds the length of its prefix (`10.0.0.0/8`).",
  },
  {
    code: "EP1109",
    title: "network with host bits",
    explanation:
      "A network has bits set after its prefix, so it is unclear whether one address or the whole network is meant. Clear the bits, or write the address alone.",
  },
  {
    code: "EP1110",
    title: "not a time",
    explanation:
      "Times are dates (`2027-01-31`, midnight UTC) or RFC 3339 (`2027-01-31T08:00:00Z`); times of day are `02:00` to `23:59`, or `24:00`.",
  },
  {
    code: "EP1201",
    title: "regular expression not closed",
    explanation: "A regular expression stands between slashes on one line: `/^bot/i`. A slash inside is written `\\/`.",
  },
  {
    code: "EP1202",
    title: "unknown flag",
    explanation: "The only flag of a regular expression is `i`, which ignores case.",
  },
  {
    code: "EP1203",
    title: "regular expression too long",
    explanation: "A regular expression has at most 1,000 characters.",
  },
  {
    code: "EP1204",
    title: "look-around",
    explanation:
      "Look-ahead and look-behind are not supported: no pattern may take more than linear time. Write two conditions instead.",
  },
  {
    code: "EP1205",
    title: "back-reference",
    explanation: "A back-reference cannot be matched in linear time, so it is not supported.",
  },
  {
    code: "EP1206",
    title: "regular expression not supported",
    explanation:
      "The pattern uses something that RE2 does not have either, such as an atomic group, or `\\Z` for the end of the text (`\\z`).",
  },
  {
    code: "EP1207",
    title: "regular expression malformed",
    explanation:
      "The pattern is not a regular expression: a bracket is not closed, a range runs backwards, or a repeat has nothing to repeat.",
  },
  {
    code: "EP1208",
    title: "regular expression too large",
    explanation:
      "A counted repeat is at most 1,000, nested ones count as their product, and the whole pattern written out has at most 10,000 parts.",
  },
  {
    code: "EP1301",
    title: "unexpected text",
    explanation: "Something else is expected at this place. The help shows how the declaration is written.",
  },
  {
    code: "EP1302",
    title: "not a declaration",
    explanation:
      "A file is a row of declarations, each beginning with its keyword: `rule`, `limit`, `signal`, `route` and so on.",
  },
  {
    code: "EP1303",
    title: "text after a declaration",
    explanation: "The declaration is complete before this text, and no clause of it begins here.",
  },
  {
    code: "EP1304",
    title: "bracket not closed",
    explanation: "A bracket is opened and never closed before the next declaration or the end of the file.",
  },
  {
    code: "EP1305",
    title: "clause given twice",
    explanation: "A clause or setting may stand once in a declaration.",
  },
  {
    code: "EP1306",
    title: "bare `exempt`",
    explanation:
      "`exempt` names the rules and limits that do not apply. Exempting from everything would let a later rule be bypassed unseen.",
  },
  {
    code: "EP1307",
    title: "malformed name",
    explanation:
      "Names are lower-case letters, digits and `_`, and begin with a letter. Sixteen words that structure conditions are reserved.",
  },
  {
    code: "EP1308",
    title: "comparisons in a chain",
    explanation: "Comparisons do not chain: `1 < x < 5` is written `1 < x and x < 5`.",
  },
  {
    code: "EP1309",
    title: "misplaced `not`",
    explanation: "`not` applies to a whole comparison. Put it before the comparison, or in parentheses.",
  },
];
