import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hasDuplicate } from "../../../../server/authz/adapter-request.ts";
import { SubrequestHeaders } from "../../../../server/authz/subrequest-headers.ts";
import { requestView } from "../../../helpers/http-fakes.ts";
import { check } from "../../../helpers/property.ts";

/** Some of one bucket: same length, same middle and last character. */
const NAMES = ["x-a", "y-a", "z-a", "host", "x-api-key", "authorization", "user-agent", "cookie"];
const names = fc.uniqueArray(fc.constantFrom(...NAMES));
const sent = fc.dictionary(
  fc.constantFrom(...NAMES),
  fc.array(fc.constantFrom("", "1", "2"), { minLength: 1, maxLength: 3 }),
);

describe("SubrequestHeaders", () => {
  it("reads what the subrequest's own lines say, whatever came before", () => {
    check(
      fc.property(names, names, names, fc.array(sent, { maxLength: 4 }), (read, first, second, subrequests) => {
        const headers = new SubrequestHeaders(read, [
          [first, "first"],
          [second, "second"],
        ]);
        for (const each of subrequests) {
          const from = requestView({ headers: each });
          headers.point(from);
          expect(NAMES.map(headers.header)).toEqual(NAMES.map((name) => from.header(name)));
          const problem = hasDuplicate(from, first) ? "first" : hasDuplicate(from, second) ? "second" : null;
          expect(headers.problem).toBe(problem);
          for (const name of NAMES) expect(headers.lines(name)).toEqual(each[name] ?? []);
        }
      }),
    );
  });

  it("passes over the lines once, and not at all where any field may come twice", () => {
    const passes = (single: readonly string[]): number => {
      let count = 0;
      const from = requestView({ headers: { "x-a": "1", host: "h" } });
      const headers = new SubrequestHeaders(["x-a", "host"], [[single, "twice"]]);
      headers.point({
        ...from,
        eachHeader: (visit) => {
          count++;
          from.eachHeader(visit);
        },
      });
      expect([headers.header("x-a"), headers.header("host"), headers.header("z-a")]).toEqual(["1", "h", ""]);
      return count;
    };
    expect([passes(["x-a"]), passes(["y-a"]), passes([])]).toEqual([1, 1, 0]);
  });
});
