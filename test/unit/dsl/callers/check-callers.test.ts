import { describe, expect, test } from "vitest";
import {
  CALLERS,
  type CallerName,
  checkCallers,
  loadForCallers,
  loadPolicyText,
  type Showable,
} from "../../../../dsl/index.ts";

function codes(text: string, via: readonly CallerName[], shows: readonly Showable[] = []): readonly string[] {
  const { policy, diagnostics } = loadPolicyText(`policy "t" { default allow }\n${text}`);
  if (policy === null) throw new Error(JSON.stringify(diagnostics));
  return checkCallers(policy, { via, shows }).map(({ code }) => code);
}

/** Which callers object to a policy. */
function refusing(text: string): readonly CallerName[] {
  return CALLERS.filter((caller) => codes(text, [caller]).length > 0);
}

const PROXIES = CALLERS.filter((caller) => caller !== "inline");
/** HAProxy tells outcomes by its filter. */
const UNSEEING = PROXIES.filter((caller) => caller !== "haproxy");
const LOGIN = `route login = POST "/login" { body { username: string } }\n`;

describe("what callers do not show", () => {
  test("outcomes, wherever something waits for them", () => {
    expect(refusing("signal f = count where response.status == 401 per ip over 1m")).toEqual(UNSEEING);
    expect(refusing("limit l per ip allow 10 at once")).toEqual(UNSEEING);
    expect(refusing("limit l per ip allow 10 per 1m refund when response.status == 200")).toEqual(UNSEEING);
    expect(refusing("signal s = count where served per ip over 1m")).toEqual([]);
    expect(codes("limit l per ip allow 10 at once", ["nginx"], ["outcomes"])).toEqual([]);
    expect(codes("limit l per ip allow 10 at once", ["nginx"], ["bodies"])).toEqual(["EP4001"]);
  });

  test("bodies, where their fields are read", () => {
    expect(refusing(`${LOGIN}signal u = distinct(username) on login per ip over 1m`)).toEqual(PROXIES);
    expect(refusing(`${LOGIN}rule r on login when no username then block`)).toEqual(PROXIES);
    expect(refusing(LOGIN)).toEqual([]);
    expect(codes(`${LOGIN}rule r on login when no username then block`, ["envoy"], ["bodies"])).toEqual([]);
  });

  test("sizes of bodies, where they are read", () => {
    const untold: readonly CallerName[] = ["envoy", "traefik", "apisix"];
    expect(refusing("rule r when body.size > 1MB then block")).toEqual(untold);
    expect(refusing("signal s = sum(body.size) per ip over 1m")).toEqual(untold);
    expect(refusing("limit l per ip allow 10MB per 1m cost size")).toEqual(untold);
    expect(codes("rule r when body.size > 1MB then block", ["traefik"], ["bodies"])).toEqual([]);
  });

  test("attributes that are in no request, for whatever caller", () => {
    expect(refusing(`rule r when (ip.country ?? "") == "XX" then block`)).toEqual(CALLERS);
    expect(codes(`rule r when (tls.ja4 ?? "") == "x" then block`, [])).toEqual([]);
  });
});

describe("what callers do not carry", () => {
  const slow = (delay: string): string => `signal h = count per ip over 1m\nrule r when h > 9 then slow ${delay}`;

  test("delays past what they wait", () => {
    expect(refusing(slow("100ms"))).toEqual([]);
    expect(refusing(slow("150ms"))).toEqual([]);
    expect(refusing(slow("151ms"))).toEqual(["envoy"]);
    expect(refusing(slow("10s"))).toEqual(["envoy", "haproxy", "apisix"]);
    expect(refusing("limit l per ip allow 10 per 1m otherwise slow up to 10s")).toEqual(["envoy", "haproxy", "apisix"]);
    expect(refusing(`${slow("10s")}\nrollout { r off }`)).toEqual([]);
  });

  test("statuses that they turn into others", () => {
    const block = (status: number): string => `rule r when method is POST then block ${status}`;
    expect(refusing(block(403))).toEqual([]);
    expect(refusing(block(429))).toEqual([]);
    expect(refusing(block(410))).toEqual(["nginx", "haproxy"]);
    expect(refusing(block(503))).toEqual(["nginx", "envoy"]);
    expect(refusing("limit l per ip allow 10 per 1m otherwise block 503")).toEqual(["nginx", "envoy"]);
  });
});

test("a policy that relies on more than is shown is none, and says where", () => {
  const load = loadPolicyText(`policy "t" { default allow }\nlimit l per ip allow 10 at once`);
  const refused = loadForCallers(load, { via: ["nginx", "nginx", "caddy"] });
  expect(refused.policy).toBeNull();
  expect(refused.diagnostics.map(({ message }) => message)).toEqual([
    "the limit `l` counts requests at once until their outcome, and nginx does not show what the service answered",
    "the limit `l` counts requests at once until their outcome, and caddy does not show what the service answered",
  ]);
  expect(loadForCallers(load, { via: ["inline"] })).toBe(load);
});
