/** Access logs of AWS's load balancers. */
import { describe, expect, it } from "vitest";
import { ElbLog } from "../../../traffic/elb-log.ts";
import { formatOf } from "../../../traffic/log-format.ts";
import type { RequestRecord } from "../../../traffic/request-record.ts";

const AT = Date.UTC(2026, 2, 4, 9, 0, 1) * 1_000;
const CLASSIC =
  '2026-03-04T09:00:02.000000Z my-lb 192.0.2.1:2817 10.0.0.1:80 0.250 0.5 0.25 200 201 34 57 "GET https://api.example.com:443/a?b=1 HTTP/1.1" "curl/8 \\"x\\"" ECDHE TLSv1.2';
const ALB =
  'h2 2026-03-04T09:00:02.000000Z app/lb/50dc [2001:db8::1]:2817 - -1 -1 -1 502 - 34 57 "GET http://api.example.com:80/ HTTP/2.0" "-" - - arn:x "Root=1" "api.example.com" "-" 1 2026-03-04T09:00:01.500000Z "forward" "-" "-" "-" "-" "-" "-"';

function read(line: string): RequestRecord {
  const reading = new ElbLog().read(line);
  if (reading === null || typeof reading === "string") throw new Error(reading ?? "nothing");
  return reading;
}

describe("a load balancer's line", () => {
  it("of the classic kind begins as long before its time as the three parts took", () => {
    const { request, at, response } = read(CLASSIC);
    expect(at).toBe(AT);
    expect(request).toMatchObject({
      ...{ method: "GET", path: "/a?b=1", host: "api.example.com:443", ip: "192.0.2.1", size: 0 },
      headers: { "user-agent": 'curl/8 \\"x\\"' },
    });
    expect(response).toMatchObject({
      outcome: { status: 200, size: 57, latencyMicros: 1_000_000 },
      afterMicros: 1_000_000,
    });
  });

  it("of an application's tells when the request came, and -1 where it did not come to that", () => {
    const { request, at, response } = read(ALB);
    expect(at).toBe(AT + 500_000);
    expect(request).toMatchObject({ ip: "2001:db8::1", path: "/", host: "api.example.com:80", headers: {} });
    expect(response?.outcome).toMatchObject({ status: 502, latencyMicros: 0 });
  });

  it("without a status has no outcome", () => {
    expect(read(ALB.replace(" 502 ", " - ")).response).toBeNull();
  });

  it("with what is no request line keeps it whole", () => {
    const { method, path } = read(ALB.replace(/"GET [^"]*"/, '"- http://api.example.com:80- -"')).request;
    expect([method, path]).toEqual(["", "- http://api.example.com:80- -"]);
  });

  it.each([
    ["words", /does not begin with a type and a time/],
    [CLASSIC.replace("2026-03-04T", "2026-13-04T"), /^no such time/],
    [CLASSIC.replace(" 200 201", ""), /^no caller, times, statuses/],
    [CLASSIC.replace("192.0.2.1:2817", "somebody"), /^no address/],
    [CLASSIC.slice(0, CLASSIC.indexOf(" HTTP")), /quotes/],
  ])("is none %#", (line, why) => {
    expect(new ElbLog().read(line)).toMatch(why);
  });

  it("is known", () => {
    expect([CLASSIC, ALB].map(formatOf)).toEqual(["elb", "elb"]);
  });
});
