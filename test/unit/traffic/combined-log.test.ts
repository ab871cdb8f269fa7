import { describe, expect, it } from "vitest";
import { CombinedLog, type LogEntry } from "../../../traffic/combined-log.ts";

const AT = "[17/May/2015:10:05:03 +0000]";
const LINE = `83.149.9.216 - - ${AT} "GET /a?b=1 HTTP/1.1" 200 203023 "http://example.com/" "Mozilla/5.0 (X11)"`;

function parseCombinedLine(line: string): LogEntry | null {
  const entry = new CombinedLog().entry(line);
  return typeof entry === "string" ? null : entry;
}

describe("lines of Apache and nginx", () => {
  it("reads every field of the combined format", () => {
    expect(parseCombinedLine(LINE)).toEqual({
      atMicros: Date.UTC(2015, 4, 17, 10, 5, 3) * 1000,
      ip: "83.149.9.216",
      host: "",
      user: "",
      method: "GET",
      path: "/a?b=1",
      protocol: "HTTP/1.1",
      status: 200,
      size: 203023,
      referer: "http://example.com/",
      userAgent: "Mozilla/5.0 (X11)",
    });
  });

  it.each([
    ["common format", `192.0.2.1 - - ${AT} "HEAD / HTTP/1.0" 304 -`, { size: 0, referer: "", userAgent: "" }],
    ["virtual host", `www.example.com:443 192.0.2.1 - - ${AT} "GET / HTTP/1.1" 200 1`, { host: "www.example.com:443" }],
    ["no virtual host", `- 192.0.2.1 - - ${AT} "GET / HTTP/1.1" 200 1`, { host: "", ip: "192.0.2.1" }],
    ["IPv6", `2001:DB8::1 - - ${AT} "GET / HTTP/1.1" 200 1`, { ip: "2001:db8::1" }],
    ["zone of IPv6", `fe80::1%eth0 - - ${AT} "GET / HTTP/1.1" 200 1`, { ip: "fe80::1" }],
    ["zone", '192.0.2.1 - - [17/May/2015:12:05:03 +0200] "GET / HTTP/1.1" 200 1', { atMicros: 1431857103000000 }],
    ["user with blanks and brackets", `192.0.2.1 - a [b] c ${AT} "GET / HTTP/1.1" 200 1`, { user: "a [b] c" }],
    [
      "further fields",
      `192.0.2.1 - - ${AT} "GET / HTTP/1.1" 200 1 "-" "x" "203.0.113.1"`,
      { userAgent: "x", referer: "" },
    ],
    ["blank in the target", `192.0.2.1 - - ${AT} "GET /a b HTTP/1.1" 200 1`, { path: "/a b" }],
    ["HTTP/0.9", `192.0.2.1 - - ${AT} "GET /" 200 1`, { method: "GET", path: "/", protocol: "" }],
    ["TLS on a plain port", `192.0.2.1 - - ${AT} "\\x16\\x03\\x01" 400 0`, { method: "", path: "\x16\x03\x01" }],
    ["nothing sent", `192.0.2.1 - - ${AT} "-" 408 0`, { method: "", path: "-" }],
    [
      "quotes in the agent",
      `192.0.2.1 - - ${AT} "GET / HTTP/1.1" 200 1 "-" "a \\"b\\" \\x22"`,
      { userAgent: 'a "b" "' },
    ],
    ["UTF-8 in escapes", `192.0.2.1 - - ${AT} "GET /\\xC3\\xA9 HTTP/1.1" 200 1`, { path: "/é" }],
    ["other bytes in escapes", `192.0.2.1 - - ${AT} "GET /\\xE9 HTTP/1.1" 200 1`, { path: "/é" }],
  ])("%s", (_name, line, fields) => {
    expect(parseCombinedLine(line)).toMatchObject(fields);
  });
});

describe("lines that are none", () => {
  it.each([
    ["", /no time/],
    ["just some text", /no time/],
    [`203.0.113.9, 10.0.0.1 - - ${AT} "GET / HTTP/1.1" 200 1`, /begins with several addresses/],
    [`203.0.113.9,10.0.0.1 10.0.0.7 - - ${AT} "GET / HTTP/1.1" 200 1`, /begins with several addresses/],
    [LINE.slice(0, -1), /user agent's quotes/],
    [`192.0.2.1 - - ${AT} "GET / HTTP/1.1" 200 1 "x`, /referer's quotes/],
    [`192.0.2.1 - - ${AT} "GET / HTTP/1.1`, /request's quotes/],
    [`192.0.2.1 - - ${AT} "GET /\\`, /request's quotes/],
    [`192.0.2.1 - - ${AT} "GET / HTTP/1.1" ok 1`, /no status/],
    [`192.0.2.1 - - ${AT} "GET / HTTP/1.1" 999 1`, /no such status/],
    [`nobody - - ${AT} "GET / HTTP/1.1" 200 1`, /does not begin with an address/],
    ['192.0.2.1 - - [31/Feb/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1', /no such time/],
    ['192.0.2.1 - - [17/Mai/2015:10:05:03 +0000] "GET / HTTP/1.1" 200 1', /no such time/],
  ])("%s", (line, reason) => {
    expect(new CombinedLog().entry(line)).toMatch(reason);
  });

  it("takes time linear in the line, whatever stands in it", () => {
    for (const piece of [" [", "\\", '"', " ", "[17/May/2015:10:05:03 +0000", "\\x4"]) {
      expect(parseCombinedLine(piece.repeat(200_000))).toBeNull();
      parseCombinedLine(`192.0.2.1 - ${piece.repeat(100_000)} ${AT} "${piece.repeat(100_000)}" 200 1`);
    }
  });
});

describe("what lines have in common", () => {
  it("changes no reading", () => {
    const reader = new CombinedLog();
    const stamps = [
      "17/May/2015:10:05:03 +0000",
      "17/May/2015:10:05:04 +0000",
      "17/May/2015:10:05:04 +0200",
      "18/May/2015:10:05:04 +0200",
    ];
    const lines = [...stamps, ...stamps].flatMap((stamp) =>
      ["192.0.2.1", "2001:DB8::1", "::ffff:192.0.2.7", "192.0.2.01"].map(
        (ip) => `${ip} - - [${stamp}] "GET / HTTP/1.1" 200 1`,
      ),
    );
    expect(lines.map((line) => reader.entry(line))).toEqual(lines.map((line) => new CombinedLog().entry(line)));
  });
});

describe("the request that a line stands for", () => {
  it("carries address, target, agent and outcome", () => {
    const record = new CombinedLog().read(LINE);
    if (typeof record === "string") throw new Error(record);
    const { request, at, response } = record;
    expect(request).toMatchObject({ method: "GET", path: "/a?b=1", ip: "83.149.9.216" });
    expect({ ...request.headers }).toEqual({ "user-agent": "Mozilla/5.0 (X11)", referer: "http://example.com/" });
    expect(at).toBe(Date.UTC(2015, 4, 17, 10, 5, 3) * 1000);
    expect(response?.outcome).toMatchObject({ status: 200, size: 203023 });
  });
});
