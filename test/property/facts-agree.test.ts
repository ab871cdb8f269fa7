/** What the engine reads of a request's text is what the reference reads, over texts made of the pieces that confuse readers. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { canonicalPath } from "../../engine/facts/canonical-path.ts";
import { canonicalIp, canonicalNetwork, networkContains, networkOf } from "../../engine/facts/networks.ts";
import { cookieValue, countPairs, queryValue } from "../../engine/facts/pairs.ts";
import { factNumber } from "../../engine/facts/fact-text.ts";
import { readGraphqlBody } from "../../engine/facts/graphql-body.ts";
import { isInWindow } from "../../engine/facts/windows.ts";
import { ZoneClock } from "../../engine/facts/zone-clock.ts";
import type { ScalarType, Window } from "../../engine/index.ts";
import * as address from "../../engine/reference/address.ts";
import { readGraphql } from "../../engine/reference/graphql.ts";
import * as path from "../../engine/reference/path.ts";
import { factOfType } from "../../engine/reference/values.ts";
import { isOpen } from "../../engine/reference/wall-clock.ts";
import { arbitraryGraphqlText } from "../helpers/graphql-texts.ts";
import { check } from "../helpers/property.ts";

function textOf(...pieces: readonly string[]): fc.Arbitrary<string> {
  return fc.string({ unit: fc.constantFrom(...pieces), maxLength: 12, size: "max" });
}

const RUNS = 4_000;

test("both engines find one canonical path, and the same ambiguous ones", () => {
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
    ";",
    "%3b",
    "%253b",
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

test("both engines find the same query pairs", () => {
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

test("both engines find the same cookies", () => {
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

test("both engines read and write addresses alike", () => {
  check(
    fc.property(addressText, fc.nat(32), fc.nat(128), (text, v4, v6) => {
      const parsed = address.parseAddress(text);
      expect(canonicalIp(text)).toBe(parsed === null ? null : address.formatAddress(parsed));
      expect(networkOf(text, v4, v6)).toBe(parsed === null ? null : address.networkAround(parsed, v4, v6));
    }),
    { runs: RUNS },
  );
});

test("both engines find an address in the same networks", () => {
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

test("both engines read facts that are stated as text alike", () => {
  const types: readonly ScalarType[] = ["int", "number", "percent", "duration", "size", "time"];
  const text = fc.oneof(
    textOf(
      "0",
      "1",
      "9",
      "25",
      "007",
      "-",
      "+",
      ".",
      "%",
      "ms",
      "s",
      "d",
      "KB",
      "B",
      "e",
      "_",
      " ",
      "9007199254740991",
    ),
    fc
      .tuple(
        fc.constantFrom("2026", "0999", "1600", "9999", "1969", "2024"),
        fc.constantFrom("-02-29", "-02-28", "-13-01", "-00-01", "-12-31", "-04-31", "/01/01"),
        fc.constantFrom("", "T00:00:00", "T23:59:59", "T24:00:00", "T08:60:00", "T08:00:60", "t08:00:00", " 08:00:00"),
        fc.constantFrom("", ".", ".5", ".123456", ".123456789", ".1234567890"),
        fc.constantFrom("", "Z", "z", "+00:00", "-05:30", "+23:59", "+24:00", "+05:60", "+0530", "Z "),
      )
      .map((parts) => parts.join("")),
  );
  check(
    fc.property(fc.constantFrom(...types), text, (type, stated) => {
      const value = factNumber(stated, type);
      expect(Number.isNaN(value) ? undefined : value).toBe(factOfType(type, stated));
    }),
    { runs: RUNS },
  );
});

test("both engines measure GraphQL requests alike", () => {
  const one = fc.record({
    query: arbitraryGraphqlText,
    operationName: fc.constantFrom(undefined, null, "Q", "R", "", 7),
  });
  check(
    fc.property(fc.oneof({ arbitrary: one, weight: 5 }, fc.array(one, { maxLength: 3 })), (body) => {
      const read = readGraphqlBody(body);
      expect(read === null ? null : { ...read, operation: read.operation ?? undefined }).toEqual(readGraphql(body));
    }),
    { runs: RUNS },
  );
});

test("both engines find a window open at the same times", () => {
  const HOUR = 3_600_000_000;
  const zones = [
    "UTC",
    "Europe/Rome",
    "America/St_Johns",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Africa/Casablanca",
  ];
  const clocks = new Map(zones.map((zone) => [zone, new ZoneClock(zone)]));
  const quarter = fc.nat(96).map((quarters) => (quarters * HOUR) / 4);
  const recurrence: fc.Arbitrary<Window["recurrence"]> = fc.oneof(
    fc.record({ kind: fc.constant("daily" as const), from: quarter, to: quarter, zone: fc.constantFrom(...zones) }),
    fc.record({
      kind: fc.constant("weekly" as const),
      fromDay: fc.nat(6),
      from: quarter,
      toDay: fc.nat(6),
      to: quarter,
      zone: fc.constantFrom(...zones),
    }),
  );
  // Around the changes of summer time, at quarters of an hour and a microsecond beside them.
  const changes = [
    "2026-03-29T01:00Z",
    "2026-10-25T01:00Z",
    "2026-04-04T15:00Z",
    "2026-02-15T02:00Z",
    "1999-12-31T23:00Z",
  ];
  const moment = fc
    .tuple(fc.constantFrom(...changes), fc.integer({ min: -700, max: 700 }), fc.constantFrom(-1, 0, 1, 449_999_999))
    .map(([change, quarters, offset]) => Date.parse(change) * 1_000 + (quarters * HOUR) / 4 + offset);
  check(
    fc.property(recurrence, fc.array(moment, { minLength: 1, maxLength: 5 }), (each, moments) => {
      const window: Window = { name: "w", doc: "", span: { file: 0, start: 0, end: 0 }, recurrence: each };
      for (const now of moments) expect(isInWindow(window, clocks, now)).toBe(isOpen(window, now));
    }),
    { runs: 1_000 },
  );
});
