/** Corners of a decision that a careful reader could take either way, on both engines. Policies are text, so each test reads. */
import { describe, expect, test } from "vitest";
import { loadPolicyText } from "../../../dsl/index.ts";
import { type Decision, makeOutcome, makeRequest, type Policy, type Request } from "../../../engine/index.ts";
import { ENGINES } from "../../helpers/engines.ts";

const SECOND = 1_000_000;
const MINUTE = 60 * SECOND;
const START = 1_767_225_600 * SECOND;

const INVENTORY = `
teams:
  - { id: platform, contact: "mailto:platform@example.com", people: [m.rossi] }
people:
  - { id: m.rossi, active: true }
clients:
${["active", "suspended", "quarantined", "revoked"]
  .map(
    (status) => `
  - id: ${status}_app
    kind: service
    purpose: a test
    owner: { team: platform, accountable: m.rossi }
    environment: prod
    status: ${status}
    expires: 2026-02-01
    review_by: 2026-01-15
    plan: basic
    operations: "*"
    scopes: []
    networks: [203.0.113.0/24]
    tags: []
    credentials: []`,
  )
  .join("")}
`;

function policyOf(body: string, settings = "default allow"): Policy {
  const text = `policy "corner" { owner "t" ${settings} unavailable closed }\n${body}`;
  const { policy, diagnostics } = loadPolicyText(text, { "clients.yaml": INVENTORY });
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  if (policy === null) throw new Error(errors.map(({ message }) => message).join("; "));
  return policy;
}

function get(path: string, fields: Partial<Request> = {}): Request {
  return makeRequest({ path, ip: "203.0.113.9", ...fields });
}

describe.each(ENGINES)("$name", ({ make }) => {
  describe("what was received", () => {
    test.each([
      ["/a", "", "/a"],
      ["/a?", "", "/a?"],
      ["/a?q=%41&q", "q=%41&q", "/a?q=%41&q"],
      ["/a/../b?x?y", "x?y", "/a/../b?x?y"],
      ["/A%20?/../c", "/../c", "/A%20?/../c"],
    ])("%s has the query %j and is %j with it", (path, query, target) => {
      const [quoted, whole] = [JSON.stringify(query), JSON.stringify(target)];
      const policy = policyOf(`rule query when query.raw == ${quoted} then note "query"
        rule whole when path.with_query == ${whole} then note "whole"`);
      expect(make(policy).decide(get(path), START).toDecision().labels).toEqual(["query", "whole"]);
    });
  });

  /** Decides requests one after another, at seconds from the start. */
  function decide(policy: Policy, requests: readonly (readonly [seconds: number, request: Request])[]): Decision[] {
    const engine = make(policy);
    return requests.map(([seconds, request]) => engine.decide(request, START + seconds * SECOND).toDecision());
  }

  describe("bans", () => {
    const doubling = policyOf(`rule trap when path.raw == "/trap" then block for 10s doubling to 40s per ip`);

    test("double with each return, up to the limit, and start over after a rest as long", () => {
      const engine = make(doubling);
      const lengthOfBanAt = (seconds: number): number => {
        engine.decide(get("/trap"), START + seconds * SECOND);
        return engine.readings.ban("trap", [{ option: 0, value: "203.0.113.9" }], START + seconds * SECOND) / SECOND;
      };
      expect([0, 10, 30, 70, 110, 191, 201].map(lengthOfBanAt)).toEqual([10, 20, 40, 40, 40, 10, 20]);
    });

    test("keep their length when the rule matches again before the end", () => {
      const engine = make(doubling);
      engine.decide(get("/trap"), START);
      engine.decide(get("/trap"), START + 10 * SECOND);
      engine.decide(get("/trap"), START + 15 * SECOND);
      expect(engine.readings.ban("trap", [{ option: 0, value: "203.0.113.9" }], START + 15 * SECOND)).toBe(20 * SECOND);
    });

    test("answer with the time left, and end to the microsecond", () => {
      const engine = make(doubling);
      engine.decide(get("/trap"), START);
      expect(engine.decide(get("/"), START + 10 * SECOND - 1).toDecision()).toMatchObject({
        verdict: "block",
        by: "trap",
        retryAfter: 0.000001,
        matched: [],
      });
      expect(engine.decide(get("/"), START + 10 * SECOND).toDecision().verdict).toBe("allow");
    });

    test("on some routes leave the others open", () => {
      const policy = policyOf(`
        route a = GET "/a"
        rule trap when path.raw == "/trap" then block 410 for 10s per ip on a`);
      const verdicts = decide(policy, [
        [0, get("/trap")],
        [1, get("/a")],
        [1, get("/b")],
      ]).map(({ status }) => status);
      expect(verdicts).toEqual([410, 410, 200]);
    });

    test("are lifted from a request that is exempted, and go on for others", () => {
      const policy = policyOf(`
        rule trap when path.raw == "/trap" then block for 1m per ip.network
        rule spare when ip == 203.0.113.10 then exempt from trap`);
      const verdicts = decide(policy, [
        [0, get("/trap")],
        [1, get("/", { ip: "203.0.113.10" })],
        [1, get("/", { ip: "203.0.113.11" })],
      ]).map(({ verdict }) => verdict);
      expect(verdicts).toEqual(["block", "allow", "block"]);
    });

    test("of a shadow rule are reported as long as they would last", () => {
      const policy = policyOf(`
        rule trap when path.raw == "/trap" then block for 10s per ip
        rollout { trap shadow }`);
      const shadows = decide(policy, [
        [0, get("/trap")],
        [9, get("/")],
        [10, get("/")],
      ]).map(({ verdict, shadow }) => [verdict, ...shadow]);
      expect(shadows).toEqual([["allow", "trap"], ["allow", "trap"], ["allow"]]);
    });
  });

  describe("challenges", () => {
    const policy = policyOf(`
      rule prove when path.raw == "/hard" then challenge pow
      limit few when path.raw == "/few" per ip allow 1 per 1m otherwise challenge pow`);

    test("are not asked of a caller that holds the pass, though the rule matches", () => {
      const [asked, passed, other] = decide(policy, [
        [0, get("/hard")],
        [0, get("/hard", { passes: ["pow"] })],
        [0, get("/hard", { passes: ["nonce"] })],
      ]);
      expect(asked).toMatchObject({ verdict: "challenge", status: 401, by: "prove", retryAfter: 0 });
      expect(passed).toMatchObject({ verdict: "allow", matched: ["prove"] });
      expect(other).toMatchObject({ verdict: "challenge" });
    });

    test("of a limit become a throttle for a caller that holds the pass", () => {
      const [, asked, passed] = decide(policy, [
        [0, get("/few")],
        [0, get("/few")],
        [0, get("/few", { passes: ["pow"] })],
      ]);
      expect(asked).toMatchObject({ verdict: "challenge", by: "few", retryAfter: 0 });
      expect(passed).toMatchObject({ verdict: "throttle", status: 429, by: "few", retryAfter: 60 });
    });
  });

  describe("limits", () => {
    test("that hold a request and rules that slow it: the longer delay decides", () => {
      const policy = policyOf(`
        rule brake when query.count > 0 then slow 3s
        limit paced per ip allow 1 per 10s otherwise slow up to 1m`);
      const decisions = decide(policy, [
        [0, get("/")],
        [8, get("/?a")],
        [8, get("/?a")],
      ]);
      expect(decisions).toMatchObject([
        { verdict: "allow" },
        { verdict: "slow", by: "brake", delay: 3 },
        { verdict: "slow", by: "paced", delay: 12, limits: [{ remaining: 0, resetAfter: 22 }] },
      ]);
    });

    test("throttle what costs more than the burst, however long they may hold it", () => {
      const policy = policyOf(`limit paced per ip allow 1 per 1s burst 2 cost query.count otherwise slow up to 1h`);
      expect(decide(policy, [[0, get("/?a&b&c")]])).toMatchObject([
        { verdict: "throttle", retryAfter: 1, limits: [{ remaining: 2, resetAfter: 0 }] },
      ]);
    });

    test("keep a third of a second exactly", () => {
      const engine = make(policyOf(`limit thirds per ip allow 3 per 1s burst 1`));
      const verdicts = [0, 333_333, 333_334, 666_666, 666_667, 1_000_000, 1_000_001].map((micros) =>
        engine.decide(get("/"), START + micros).toDecision(),
      );
      expect(verdicts.map(({ verdict }) => verdict)).toEqual([
        "allow",
        "throttle",
        "allow",
        "throttle",
        "throttle",
        "allow",
        "throttle",
      ]);
      expect(verdicts.map(({ retryAfter }) => retryAfter)).toEqual([0, 0.000001, 0, 0.000002, 0.000001, 0, 0.333333]);
    });

    test("in shadow are charged by what passes, and not by what the policy refuses", () => {
      const policy = policyOf(`
        rule refused when path.raw == "/no" then block
        limit one per ip allow 1 per 1h
        rollout { one shadow }`);
      const shadows = decide(policy, [
        [0, get("/no")],
        [0, get("/")],
        [0, get("/no")],
        [0, get("/")],
      ]).map(({ verdict, shadow, limits }) => [verdict, shadow.join(), limits.length]);
      expect(shadows).toEqual([
        ["block", "", 0],
        ["allow", "", 0],
        ["block", "", 0],
        ["allow", "one", 0],
      ]);
    });

    test("say what is left after the charge, and what there was where the request is refused", () => {
      const policy = policyOf(`
        limit wide per ip allow 10 per 10s
        limit narrow per ip allow 1 per 10s`);
      const limits = decide(policy, [
        [0, get("/")],
        [0, get("/")],
      ]).map((decision) => decision.limits);
      expect(limits).toEqual([
        [
          { name: "wide", remaining: 9, resetAfter: 1 },
          { name: "narrow", remaining: 0, resetAfter: 10 },
        ],
        [
          { name: "wide", remaining: 9, resetAfter: 1 },
          { name: "narrow", remaining: 0, resetAfter: 10 },
        ],
      ]);
    });
  });

  describe("identity", () => {
    const body = `
      clients from "clients.yaml"
      signal seen = count per ip over 1h
      rule busy when seen > 2 then throttle
      rule bad when has identity.error then note "bad"
      rule known when has client and evidence >= static_secret then note "known"`;

    test.each([
      ["a suspended client", { client: "suspended_app" }, 403, "suspended"],
      ["a revoked client", { client: "revoked_app" }, 403, "revoked"],
      ["a client from elsewhere", { client: "active_app", ip: "198.51.100.1" }, 403, "outside_networks"],
      ["a credential found bad", { client: "suspended_app", identityError: "bad_signature" }, 401, "bad_signature"],
      [
        "a credential that has expired",
        { client: "active_app", credential: { id: "k", issued: null, expires: START } },
        401,
        "expired",
      ],
    ] as const)("%s is refused before the rules", (_, fields, status, reason) => {
      const [decision] = decide(policyOf(body), [[0, get("/", fields)]]);
      expect(decision).toEqual({
        verdict: "block",
        status,
        by: null,
        reason,
        matched: [],
        shadow: [],
        delay: 0,
        retryAfter: 0,
        scores: {},
        labels: [],
        overlays: [],
        limits: [],
      });
    });

    test("a client expires at its time", () => {
      const end = (Date.parse("2026-02-01T00:00:00Z") * 1_000 - START) / SECOND;
      const reasons = decide(policyOf(body), [
        [end - 1, get("/", { client: "active_app" })],
        [end, get("/", { client: "active_app" })],
      ]).map(({ reason }) => reason);
      expect(reasons).toEqual(["", "client_expired"]);
    });

    test("a refused credential is counted, and is no client", () => {
      const verdicts = decide(policyOf(body), [
        [0, get("/", { client: "suspended_app" })],
        [0, get("/", { client: "quarantined_app" })],
        [0, get("/")],
      ]).map(({ verdict, labels }) => [verdict, ...labels]);
      expect(verdicts).toEqual([["block"], ["allow", "known"], ["throttle"]]);
    });

    test("where refused credentials pass, the rules see the error and no client", () => {
      const policy = policyOf(body, "default allow refused_credentials pass");
      const [decision] = decide(policy, [[0, get("/", { client: "suspended_app", evidence: "bound_token" })]]);
      expect(decision).toMatchObject({ verdict: "allow", labels: ["bad"] });
    });
  });

  describe("signals", () => {
    test("of the outcome are counted when it is reported, under the keys of the request", () => {
      const engine = make(
        policyOf(`
        signal failed = count where response.status == 500 per ip over 1m
        rule backoff when failed >= 1 then throttle`),
      );
      const first = engine.decide(get("/"), START).token;
      const request = get("/", { ip: "203.0.113.10" });
      expect(engine.decide(request, START + MINUTE).verdict).toBe(0);
      expect(engine.observe(first, makeOutcome(500), START + 2 * MINUTE)).toBe(true);
      expect(engine.observe(first, makeOutcome(500), START + 2 * MINUTE)).toBe(false);
      expect(engine.decide(get("/"), START + 3 * MINUTE).toDecision().by).toBe("backoff");
      expect(engine.decide(request, START + 3 * MINUTE).toDecision().by).toBeNull();
    });

    test("of served requests are seen by the next request, and count what was slowed too", () => {
      const policy = policyOf(`
        signal served_hits = count where served per ip over 1m
        signal refused_hits = count where not served per ip over 1m
        rule brake when query.count > 0 then slow 1s
        rule stop when path.raw == "/no" then block
        rule seen when served_hits == 1 and refused_hits == 1 then note "one each"`);
      const labels = decide(policy, [
        [0, get("/?a")],
        [0, get("/no")],
        [0, get("/")],
      ]).map((decision) => decision.labels.join());
      expect(labels).toEqual(["", "", "one each"]);
    });

    test("count a refused credential among what was not served", () => {
      const policy = policyOf(`
        signal refused_hits = count where not served per ip over 1m
        rule seen when refused_hits == 1 then note "one"`);
      const labels = decide(policy, [
        [0, get("/", { identityError: "expired" })],
        [0, get("/")],
      ]).map((decision) => decision.labels.join());
      expect(labels).toEqual(["", "one"]);
    });

    test("are not recorded for an ambiguous path", () => {
      const policy = policyOf(`
        signal hits = count per ip over 1m
        rule first when hits == 1 then note "first"`);
      const [ambiguous, next] = decide(policy, [
        [0, get("/a%2fb")],
        [0, get("/")],
      ]);
      expect(ambiguous).toMatchObject({ verdict: "block", status: 400, by: null, reason: "ambiguous_path" });
      expect(next).toMatchObject({ labels: ["first"] });
    });
  });
});
