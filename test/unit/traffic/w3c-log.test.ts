/** Logs in the W3C's extended format. */
import { describe, expect, it } from "vitest";
import type { LineReading } from "../../../traffic/line-reading.ts";
import { formatOf } from "../../../traffic/log-format.ts";
import { W3cLog } from "../../../traffic/w3c-log.ts";

const AT = Date.UTC(2026, 2, 4, 9, 0, 1) * 1_000;
const CLOUDFRONT_FIELDS =
  "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query x-host-header time-taken";
const CLOUDFRONT =
  "2026-03-04 09:00:02 LAX1 392 2001:db8::9 GET d1.cloudfront.net /a%2520b 404 - Mozilla/5.0%20(X+Y) x=1 api.example.com 1.000".replaceAll(
    " ",
    "\t",
  );
const SOFTWARE = "#Software: Microsoft Internet Information Services 10.0";
const IIS_FIELDS =
  "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status time-taken";
const IIS = "2026-03-04 09:00:02 10.0.0.5 POST /login.aspx ReturnUrl=%2f 443 - fe80::1%4 Mozilla/5.0+(X) - 401 1000";

function readAll(...lines: readonly string[]): readonly LineReading[] {
  const reader = new W3cLog();
  return lines.map((line) => reader.read(line));
}

describe("an extended log", () => {
  it("of CloudFront is separated by tabs, escaped once more, and counts seconds", () => {
    expect(readAll("#Version: 1.0", CLOUDFRONT_FIELDS, CLOUDFRONT)).toMatchObject([
      null,
      null,
      {
        at: AT,
        request: {
          ...{ method: "GET", path: "/a%20b?x=1", host: "api.example.com", ip: "2001:db8::9" },
          headers: { "user-agent": "Mozilla/5.0 (X+Y)" },
        },
        response: { outcome: { status: 404, size: 392, latencyMicros: 1_000_000 }, afterMicros: 1_000_000 },
      },
    ]);
  });

  it("of IIS writes blanks of headers as `+`, and counts milliseconds", () => {
    expect(readAll(SOFTWARE, IIS_FIELDS, IIS)[2]).toMatchObject({
      at: AT,
      request: {
        ...{ method: "POST", path: "/login.aspx?ReturnUrl=%2f", host: "", ip: "fe80::1" },
        headers: { "user-agent": "Mozilla/5.0 (X)" },
      },
      response: { outcome: { status: 401, latencyMicros: 1_000_000 } },
    });
  });

  it("may name other fields further down", () => {
    const short = ["#Fields: time date cs-method c-ip sc-status", "09:00:01 2026-03-04 GET 192.0.2.1 000"];
    expect(readAll(SOFTWARE, IIS_FIELDS, IIS, ...short)[4]).toMatchObject({
      ...{ at: AT, request: { path: "/", headers: {} }, response: null },
    });
  });

  it("keeps as it stands what is no escape", () => {
    const odd = CLOUDFRONT.replace("/a%2520b", "/a%zz");
    expect(readAll(CLOUDFRONT_FIELDS, odd)[1]).toMatchObject({ request: { path: "/a%zz?x=1" } });
  });

  it.each([
    [IIS, /^no `#Fields:` line stands before/, []],
    [`${IIS} more`, /^the line has not the 13 fields that `#Fields:` names/, [IIS_FIELDS]],
    [IIS.replace("2026-03-04", "2026-13-04"), /^no `date` and `time`/, [IIS_FIELDS]],
    [IIS.replace("fe80::1%4", "-"), /^no address in `c-ip`/, [IIS_FIELDS]],
    [IIS.replace("POST", "-"), /^no HTTP method in `cs-method`/, [IIS_FIELDS]],
  ])("has lines that are none %#", (line, why, before) => {
    expect(readAll(...before, line).at(-1)).toMatch(why);
  });

  it("is known by the line that names its fields", () => {
    expect([SOFTWARE, IIS_FIELDS, IIS, CLOUDFRONT].map(formatOf)).toEqual([null, "w3c", null, null]);
  });
});
