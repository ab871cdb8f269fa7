import fc from "fast-check";
import { expect, test } from "vitest";
import { NO_SEGMENTS, Segments } from "../../../../engine/facts/segments.ts";
import { check } from "../../../helpers/property.ts";

/** Scans a path as its readers do: a slash opens, the end closes. */
function scan(path: string, segments: Segments): Segments {
  for (let index = 0; index < path.length; index++) if (path[index] === "/") segments.open(index);
  segments.close(path.length);
  return segments;
}

const path = fc.array(fc.constantFrom("/", "a", "bc"), { maxLength: 12 }).map((parts) => `/${parts.join("")}`);

test("are what stands between slashes, as many as are remembered, and all are counted", () => {
  check(
    fc.property(path, fc.nat(6), (each, most) => {
      const segments = scan(each, new Segments(most));
      const parts = each.split("/").slice(1);
      const spans = parts.slice(0, most).map((_, at) => each.slice(segments.starts[at], segments.ends[at]));
      expect([segments.count, spans]).toEqual([parts.length, parts.slice(0, most)]);
      expect([...segments.starts.subarray(spans.length), ...segments.ends.subarray(spans.length)]).toEqual(
        Array.from({ length: 2 * (most - spans.length) }, () => 0),
      );
    }),
    { runs: 1_000 },
  );
});

test("before the first slash there is none to end", () => {
  const segments = new Segments(2);
  segments.close(7);
  expect([segments.count, ...segments.ends]).toEqual([0, 0, 0]);
});

test("none need be remembered", () => {
  expect([NO_SEGMENTS.starts.length, NO_SEGMENTS.ends.length]).toEqual([0, 0]);
});

test("nothing is written past what is remembered: such writes make the host slow", () => {
  for (const most of [0, 1, 2, 3]) {
    const written: string[] = [];
    const watched = new Proxy(
      { length: most },
      {
        set: (_, place) => {
          written.push(String(place));
          return true;
        },
      },
    );
    const segments = Object.assign(new Segments(0), { starts: watched, ends: watched });
    segments.close(0);
    scan("/a/bc/d", segments as unknown as Segments);
    expect([segments.count, [...new Set(written)]]).toEqual([3, ["0", "1", "2"].slice(0, most)]);
  }
});
