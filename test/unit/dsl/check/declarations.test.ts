/** What declarations become in the policy model. */
import { describe, expect, test } from "vitest";
import { accepted, errorsOf, HEADER, inventoryOf, show } from "../../../helpers/loading.ts";
import type { Expr } from "../../../../engine/index.ts";
import { loadPolicyText } from "../../../../dsl/index.ts";

describe("settings", () => {
  const settings = (text: string): unknown => loadPolicyText(`policy "t" { ${text} }`).policy?.settings;

  test("have defaults for all but `default`", () => {
    expect(settings("default block")).toEqual({
      owner: null,
      default: "block",
      unavailable: "closed",
      ambiguousPaths: "block",
      refusedCredentials: "block",
      memoryBytes: 256 * 1024 ** 2,
    });
    expect(settings('owner "x"')).toBeUndefined();
  });

  test("are read", () => {
    const text = 'owner "e" default allow unavailable local ambiguous_paths allow refused_credentials pass memory 64MB';
    expect(settings(text)).toEqual({
      owner: "e",
      default: "allow",
      unavailable: "local",
      ambiguousPaths: "allow",
      refusedCredentials: "pass",
      memoryBytes: 64 * 1024 ** 2,
    });
  });
});

describe("routes", () => {
  test("keep host, segments, scopes, evidence and body", () => {
    const { routes } = accepted(
      'route r = GET | PUT "//*.example.com/v1/{id}/" { scopes ["a", "a"]  min_evidence bearer_token  body { name: string from "user.name" } }\nroute s = POST "/x/**"\n',
    );
    expect(routes[0]).toMatchObject({
      methods: ["GET", "PUT"],
      host: "*.example.com",
      segments: [
        { kind: "literal", text: "v1" },
        { kind: "parameter", name: "id" },
        { kind: "literal", text: "" },
      ],
      scopes: ["a"],
      minEvidence: "bearer_token",
      body: [{ name: "name", type: "string", path: ["user", "name"] }],
    });
    expect(routes[1]?.segments).toEqual([{ kind: "literal", text: "x" }, { kind: "rest" }]);
  });

  test("tie by method, host and shape alone", () => {
    const tie = (a: string, b: string): readonly string[] => errorsOf(`route a = ${a}\nroute b = ${b}\n`);
    expect(tie('GET "/{x}"', 'GET | POST "/{y}"')).toEqual(["EP2402"]);
    expect(tie('GET "/{x}"', 'POST "/{y}"')).toEqual([]);
    expect(tie('GET "/{x}"', 'GET "/x"')).toEqual([]);
    expect(tie('GET "/{x}"', 'GET "/{x}/"')).toEqual([]);
    expect(tie('GET "/{x}"', 'GET "/**"')).toEqual([]);
    expect(tie('GET "//a.example.com/x"', 'GET "/x"')).toEqual([]);
    expect(tie('GET "//a.example.com/x"', 'GET "//a.example.com/x"')).toEqual(["EP2402"]);
  });

  test("are found through groups of groups, each once and in order", () => {
    const policy = accepted(
      'route a = GET "/a"\nroute b = GET "/b"\nroute c = GET "/c"\ngroup g = h, b\ngroup h = c, b\nrule r on g, a, b then slow 1s\n',
    );
    expect(policy.rules[0]?.on).toEqual([0, 1, 2]);
  });

  test("in groups that contain each other are reported once each", () => {
    expect(errorsOf("group a = b\ngroup b = a\n")).toEqual(["EP2004", "EP2004"]);
  });
});

describe("signals", () => {
  const LOGIN = 'route login = POST "/login" { body { username: string } }\n';
  const signal = (text: string): unknown => accepted(`${LOGIN}signal s = ${text}\n`).signals[0];
  const state = (text: string): string => accepted(`${LOGIN}signal s = ${text}\n`).signals[0]?.stateId ?? "";

  test("have the phase of what they read", () => {
    expect(signal("count per ip over 5m")).toMatchObject({ phase: "request", on: null, windowMicros: 300_000_000 });
    expect(signal("count where response.status == 401 per ip over 5m")).toMatchObject({ phase: "outcome" });
    expect(signal("distinct(response.status) on login per ip over 5m")).toMatchObject({ phase: "outcome", on: [0] });
    expect(signal("count where served and method is GET per ip over 5m")).toMatchObject({ phase: "served" });
  });

  test("see outcomes through let", () => {
    const policy = accepted("let failed = response.status >= 500\nsignal s = count where failed per ip over 5m\n");
    expect(policy.signals[0]?.phase).toBe("outcome");
  });

  test("count values that can be missing without a guard, and `client` by its id only as a key", () => {
    expect(signal("distinct(username) on login per client else skip over 5m")).toMatchObject({
      aggregate: { kind: "distinct", value: { name: "body", args: ["username"] } },
      keys: [{ options: [{ name: "client.id" }] }],
    });
    expect(errorsOf("signal s = distinct(client) per ip over 5m\n")).toEqual(["EP2106"]);
  });

  test("keep their state over edits of conditions, and lose it over edits of keys, window and aggregate", () => {
    const base = state("count on login per ip over 5m");
    expect(state("count where method is POST per ip over 5m")).toBe(base);
    expect(state("count per   ip  over 300s")).toBe(base);
    for (const other of [
      "count per ip over 6m",
      "count per ip.network over 5m",
      "count per ip, host over 5m",
      "distinct(host) per ip over 5m",
      "distinct(method) per ip over 5m",
      "count per client else ip over 5m",
      "count per ip.network(16, 48) over 5m",
    ]) {
      expect(state(other)).not.toBe(base);
    }
    expect(accepted("signal t = count per ip over 5m\n").signals[0]?.stateId).not.toBe(base);
  });
});

describe("lets", () => {
  test("come before what reads them, whatever the order of the text", () => {
    const policy = accepted("let a = b and c\nlet b = c\nlet c = method is GET\nrule r when a then slow 1s\n");
    expect(policy.lets.map((one) => one.name)).toEqual(["c", "b", "a"]);
    expect(show(policy.lets[2]?.expr)).toBe("(let#1 and let#0)");
    expect(show(policy.rules[0]?.when)).toBe("let#2");
  });

  test("that do not form the cycle are not blamed for it", () => {
    expect(
      errorsOf("let a = b\nlet b = a\nlet c = a\nlet d = method is GET\nrule r when c or d then slow 1s\n"),
    ).toEqual(["EP2202"]);
  });
});

describe("limits", () => {
  const limit = (text: string): unknown => accepted(`limit l ${text}\n`).limits[0];

  test("have a burst of N unless one is written", () => {
    expect(limit("per ip allow 10 per 1m")).toMatchObject({
      amount: { kind: "gcra", rate: { value: { allow: 10, perMicros: 60_000_000, burst: 10 } } },
      otherwise: { kind: "throttle" },
      cost: null,
      rollout: { mode: "on" },
      unavailable: "closed",
    });
    expect(limit("per ip allow 10 per 1m burst 20")).toMatchObject({ amount: { rate: { value: { burst: 20 } } } });
  });

  test("take a client's rate with a default, or guarded", () => {
    expect(limit("per client else ip allow client.rate ?? 5 per 1s burst 20")).toMatchObject({
      amount: {
        rate: {
          kind: "default",
          options: [{ name: "client.rate" }, { value: { allow: 5, perMicros: 1_000_000, burst: 20 } }],
        },
      },
    });
    expect(limit("when has client.rate per client allow client.rate")).toMatchObject({
      amount: { rate: { name: "client.rate" } },
    });
    expect(errorsOf("limit l per client else ip allow client.rate\n")).toEqual(["EP2107"]);
  });

  test("cost an expression of scores, or bytes", () => {
    const policy = accepted("score risk { +5 when method is GET }\nlimit l per ip allow 10 per 1m cost risk + 1\n");
    expect(show(policy.limits[0]?.cost)).toBe("(score#0 + 1:int)");
    const bytes = accepted("limit l per ip allow 10MB per 1m cost size\n").limits[0];
    expect(show(bytes?.cost)).toBe("body.size");
    expect(show((bytes!.amount as { rate: Expr }).rate)).toBe(
      '{"allow":10485760,"perMicros":60000000,"burst":10485760}:rate',
    );
  });

  test("refuse as they say", () => {
    expect(limit("per ip allow 5 per 1m otherwise block 429")).toMatchObject({
      otherwise: { kind: "block", status: 429 },
    });
    expect(limit("per ip allow 5 per 1m otherwise challenge pow")).toMatchObject({
      otherwise: { kind: "challenge", challenge: "pow" },
    });
    expect(limit("per ip allow 5 per 1m otherwise slow up to 2s")).toMatchObject({
      otherwise: { kind: "slow", upToMicros: 2_000_000 },
    });
    expect(limit("per ip allow 5 per 1m unavailable open")).toMatchObject({ unavailable: "open" });
  });

  test("keep their state over edits of the rate, and lose it over edits of the keys", () => {
    const state = (text: string): string => accepted(`limit l ${text}\n`).limits[0]?.stateId ?? "";
    expect(state("per ip allow 5 per 1m")).toBe(state("when method is GET per ip allow 9 per 1h otherwise block"));
    expect(state("per ip allow 5 per 1m")).not.toBe(state("per ip, host allow 5 per 1m"));
  });
});

describe("rules", () => {
  const action = (text: string): unknown => accepted(`rule r when method is GET then ${text}\n`).rules[0]?.action;

  test.for([
    ["allow", { kind: "allow" }],
    ['note "seen"', { kind: "note", label: "seen" }],
    ["slow 500ms", { kind: "slow", micros: 500_000 }],
    ["challenge dpop", { kind: "challenge", challenge: "dpop" }],
    ["throttle", { kind: "throttle", retryAfterMicros: null }],
    ["throttle retry after 5s", { kind: "throttle", retryAfterMicros: 5_000_000 }],
    ["block", { kind: "block", status: 403, ban: null }],
    ["block 503", { kind: "block", status: 503, ban: null }],
  ] as const)("do %s", ([text, model]) => {
    expect(action(text)).toEqual(model);
  });

  test("ban keys on routes, with doubling", () => {
    const policy = accepted(
      'route a = GET "/a"\nrule r when has client then block 401 for 1m doubling to 1h per client, ip on a\n',
    );
    expect(policy.rules[0]?.action).toMatchObject({
      status: 401,
      ban: { forMicros: 60_000_000, doublingToMicros: 3_600_000_000, keys: [{}, {}], on: [0] },
    });
  });

  test("carry reason, tags, owner and seal", () => {
    const [rule] = accepted(
      '/// Shuts it.\nsealed rule r then block because "why" tags ["a", "b"] owner "t" unavailable open\n',
    ).rules;
    expect(rule).toMatchObject({
      doc: "Shuts it.",
      because: "why",
      tags: ["a", "b"],
      owner: "t",
      sealed: true,
      unavailable: "open",
    });
  });

  test("exempt from rules and limits by index", () => {
    const policy = accepted(
      "rule a when ip in 10.0.0.0/8 then exempt from c, l, b\nrule b then slow 1s\nrule c then slow 2s\nlimit l per ip allow 5 per 1m\n",
    );
    expect(policy.rules[0]?.action).toEqual({ kind: "exempt", rules: [1, 2], limits: [0] });
  });
});

describe("rollout", () => {
  test("sets modes, and a canary's key needs no answer", () => {
    const policy = accepted(
      "rule a then slow 1s\nrule b then slow 2s\nlimit c per ip allow 5 per 1m\nlimit d per ip allow 5 per 1m\nrollout { a shadow b canary 10% per client c off d on }\n",
    );
    expect(policy.rules.map((rule) => rule.rollout)).toMatchObject([
      { mode: "shadow" },
      { mode: "canary", percent: 10, key: { options: [{ name: "client.id" }] } },
    ]);
    expect(policy.limits.map((one) => one.rollout.mode)).toEqual(["off", "on"]);
  });
});

describe("trust, identity and clients", () => {
  test("are read", () => {
    const policy = accepted(
      'trust proxy 10.0.0.0/8, 192.0.2.1 hops 2\nidentity { api_key { header "x-api-key" }  api_key { header "x-old-key" } on a }\nroute a = GET "/a"\nclients from "clients.yaml"\n',
      { "clients.yaml": inventoryOf("acme_sync", "rate: { allow: 50, per: 1s }", 'operations: "*"') },
    );
    expect(policy.trust).toEqual([{ networks: ["10.0.0.0/8", "192.0.2.1/32"], hops: 2 }]);
    expect(policy.identity).toMatchObject([
      { kind: "api_key", header: "x-api-key", on: null },
      { kind: "api_key", header: "x-old-key", on: [0] },
    ]);
    expect(policy.clients[0]).toMatchObject({
      id: "acme_sync",
      rate: { allow: 50, perMicros: 1_000_000, burst: 50 },
      operations: ["*"],
    });
  });
});

describe("scenarios", () => {
  const FILES = {
    "clients.yaml": `${inventoryOf("acme_sync", "tags: [eu]")}${inventoryOf("night_job").split("clients:\n")[1]?.replace("partner", "job") ?? ""}`,
  };
  const TEXT = `clients from "clients.yaml"
route login = POST "/login"
route orders = GET "/orders"
scenario storm {
  run 30m
  seeds 3
  population partners = steady { clients where client.kind is partner and "eu" in client.tags  rate 2 per 1s each  mix orders 70%, login 30%  retries backoff }
  population all = steady { clients where client.plan ?? "" == ""  rate 6 per 1m  mix orders 100%  from 10.0.0.0/8 }
  population nightly = cron { clients [night_job]  every 1m  burst 20  mix orders 100% }
  attack stuffing = credential_stuffing { target login  sources 50  rate 40 per 1s  from 5m to 25m  success 0.5%  if blocked rotate source  if throttled slow down }
  service { latency 40ms  login succeeds 97% }
  expect stuffing.admitted < 2%
  expect nightly.harmed = 0
}
`;

  test.each([
    ["what a table has for them", "weight[client.id] > 3", ["acme_sync"]],
    ["a class", "size is small", ["night_job"]],
    ["a name of a name", "is_big", ["acme_sync"]],
    ["a list", "client.id in jobs", ["night_job"]],
    ["a pattern", "client.id matches /_job$/", ["night_job"]],
  ])("choose clients by %s", (_, where, clients) => {
    const declared = `table weight : string -> int = { "acme_sync": 5 } else 1
class size = big when has client and weight[client.id] * 2 > 9, else small
let is_big = size is big
list jobs : string = ["night_job", "nobody"]
`;
    const text = TEXT.replace('client.kind is partner and "eu" in client.tags', where);
    const { scenarios, diagnostics } = loadPolicyText(HEADER + declared + text, FILES);
    expect(diagnostics.filter((one) => one.severity === "error")).toEqual([]);
    expect(scenarios[0]?.populations[0]?.clients).toEqual(clients);
  });

  test("say what of a condition on clients needs a request, also behind names", () => {
    const declared = "let slow = ip in 10.0.0.0/8\nlet odd = slow and slow\n";
    const text = TEXT.replace('client.kind is partner and "eu" in client.tags', "odd or client.kind is partner");
    const { diagnostics } = loadPolicyText(HEADER + declared + text, FILES);
    const errors = diagnostics.filter((one) => one.severity === "error");
    expect(errors.map(({ code, message }) => `${code} ${message}`)).toEqual([
      "EP2803 clients are chosen by their records alone",
    ]);
  });

  test("become data", () => {
    const { scenarios, diagnostics } = loadPolicyText(HEADER + TEXT, FILES);
    expect(diagnostics.filter((one) => one.severity === "error")).toEqual([]);
    expect(scenarios[0]).toMatchObject({
      name: "storm",
      runMicros: 1_800_000_000,
      seeds: 3,
      service: { latencyMicros: 40_000, succeeds: [{ route: 0, weight: 97 }] },
      populations: [
        {
          name: "partners",
          model: "steady",
          clients: ["acme_sync"],
          rate: { count: 2, perMicros: 1_000_000 },
          retries: "backoff",
          networks: [],
        },
        {
          name: "all",
          clients: ["acme_sync", "night_job"],
          rate: { count: 6, perMicros: 120_000_000 },
          networks: ["10.0.0.0/8"],
        },
        { name: "nightly", model: "cron", clients: ["night_job"], everyMicros: 60_000_000, burst: 20, retries: "none" },
      ],
      attacks: [
        {
          model: "credential_stuffing",
          target: 0,
          sources: 50,
          rate: { count: 40, perMicros: 1_000_000 },
          fromMicros: 300_000_000,
          toMicros: 1_500_000_000,
          clients: [],
          parameters: { success: 0.5 },
          reactions: [
            { on: "blocked", action: "rotate_source" },
            { on: "throttled", action: "slow_down" },
          ],
        },
      ],
      expectations: [
        { subject: "stuffing", metric: "admitted", op: "<", value: 2, text: "stuffing.admitted < 2%" },
        { subject: "nightly", metric: "harmed", op: "==", value: 0, text: "nightly.harmed = 0" },
      ],
    });
  });

  test("have defaults", () => {
    const text =
      'route login = POST "/login"\nscenario s { run 10m  attack a = credential_stuffing { target login  rate 1 per 1s } }\n';
    expect(loadPolicyText(HEADER + text).scenarios[0]).toMatchObject({
      seeds: 5,
      service: { succeeds: [] },
      attacks: [
        {
          sources: null,
          parameters: { success: 0.5 },
          fromMicros: 0,
          toMicros: 600_000_000,
          networks: [],
          reactions: [],
        },
      ],
    });
  });
});
