/** What the engine reads of a request's text is what the reference reads, over texts made of the pieces that confuse readers. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalPath } from "../../engine/facts/canonical-path.ts";
import { canonicalIp, canonicalNetwork, networkContains, networkOf } from "../../engine/facts/networks.ts";
import { cookieValue, countPairs, queryValue } from "../../engine/facts/pairs.ts";
import * as address from "../../engine/reference/address.ts";
import * as path from "../../engine/reference/path.ts";
import { check } from "../helpers/property.ts";

function textOf(...pieces: readonly string[]): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...pieces), maxLength: 12, size: "max" });
}

const RUNS = 4_000;

test("canonical paths", () => {
  const escapes = [
    "%2e",
    "%2E",
    "%2f",
    "%5C",
    "%00",
    "%25",
    "%252f",
    "%c3",
    "%a9",
    "%C3%A9",
    "%ff",
    "%ed%a0%80",
    "%41",
    "%7e",
  ];
  const raw = textOf(
    "/",
    "/",
    "//",
    ".",
    "..",
    "a",
    "B",
    "~",
    "2f",
    "%",
    "%2",
    "\\",
    "\0",
    "é",
    "\ud83d\ude00",
    "\ud800",
    ":",
    ...escapes,
  );
  check(
    fc.property(fc.boolean(), raw, (rooted, rest) => {
      const text = rooted ? `/${rest}` : rest;
      expect(canonicalPath(text)).toEqual(path.canonicalPath(text));
    }),
    { runs: RUNS },
  );
});

const NAMES = ["a", "b", "", "a|b", "é", "%41", "A", "a=b", "="];

test("query pairs", () => {
  const query = textOf("a", "b", "=", "=", "&", "&", "%61", "%7c", "%c3%a9", "%ff", "%", "+", "?", "%2541", "%3d");
  check(
    fc.property(query, (text) => {
      const pairs = path.queryPairs(text);
      expect(countPairs(`/?${text}`, 2)).toBe(pairs.length);
      for (const name of NAMES)
        expect(queryValue(`/?${text}`, 2, name)).toBe(pairs.find(([each]) => each === name)?.[1] ?? null);
    }),
    { runs: RUNS },
  );
});

test("cookies", () => {
  const header = textOf("a", "b", "=", "; ", ";", " ", "\t", "%61", "%7c", "%ff", '"', "\u00a0");
  check(
    fc.property(header, (text) => {
      const pairs = path.cookiePairs(text);
      for (const name of NAMES)
        expect(cookieValue(text, name)).toBe(pairs.find(([each]) => each === name)?.[1] ?? null);
    }),
    { runs: RUNS },
  );
});

const addressText = fc.oneof(
  textOf("1", "0", "255", "256", ".", ".", ".", ":", "::", "ffff", "db8", "2001", "A", "1.2.3.4", "::ffff:"),
  fc.ipV4(),
  fc.ipV6(),
  fc.ipV4().map((text) => `::ffff:${text}`),
);

test("addresses", () => {
  check(
    fc.property(addressText, fc.nat(32), fc.nat(128), (text, v4, v6) => {
      const parsed = address.parseAddress(text);
      expect(canonicalIp(text)).toBe(parsed === null ? null : address.formatAddress(parsed));
      expect(networkOf(text, v4, v6)).toBe(parsed === null ? null : address.networkAround(parsed, v4, v6));
    }),
    { runs: RUNS },
  );
});

test("networks", () => {
  const near = fc.constantFrom(
    "203.0.113.9",
    "203.0.113.0",
    "203.0.0.0",
    "::ffff:203.0.113.9",
    "2001:db8::1",
    "2001:db8::",
    "::",
    "0.0.0.0",
  );
  const network = fc.oneof(
    fc.tuple(near, fc.nat(32)).map(([text, length]) => canonicalNetwork(`${text}/${length}`) ?? text),
    fc
      .tuple(
        near.filter((text) => text.includes(":")),
        fc.nat(128),
      )
      .map(([text, length]) => canonicalNetwork(`${text}/${length}`) ?? text),
  );
  check(
    fc.property(network, fc.oneof(near, network), (outer, inner) => {
      const [wide, narrow] = [address.parseNetwork(outer), address.parseNetwork(inner)];
      expect(networkContains(outer, inner)).toBe(wide !== null && narrow !== null && address.holds(wide, narrow));
    }),
    { runs: RUNS },
  );
});
