import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadPolicyText, renderDiagnostics } from "../../../dsl/index.ts";
import { type DemoApi, startDemoApi } from "../../../scripts/demo-api.ts";
import { renderComparison } from "../../../scripts/demo/compare.ts";
import { DecisionCounts, parseDecision, renderDecision } from "../../../scripts/demo/decisions.ts";
import { OptionProblem, readOptions } from "../../../scripts/demo/options.ts";
import { makePaint, plural, span } from "../../../scripts/demo/terminal.ts";
import { runScenario } from "../../../simulator/index.ts";

const plain = makePaint(false);

describe("the arguments of npm start", () => {
  it("are a port and whether to end", () => {
    expect(readOptions([], {})).toEqual({ port: 8080, once: false });
    expect(readOptions(["--once"], { PORT: "9000" })).toEqual({ port: 9000, once: true });
    expect(readOptions(["--port", "0"], { PORT: "9000" })).toEqual({ port: 0, once: false });
    expect(readOptions(["--port=9001"], { PORT: "" })).toEqual({ port: 9001, once: false });
  });

  it.each([
    [["--port", "70000"], {}, "--port is `70000`"],
    [["--port"], {}, "--port is ``"],
    [[], { PORT: "http" }, "PORT is `http`"],
    [["--twice"], {}, "unknown argument `--twice`"],
  ])("%j with %j are refused in one line", (argv, env, message) => {
    expect(() => readOptions(argv, env)).toThrow(OptionProblem);
    expect(() => readOptions(argv, env)).toThrow(message);
  });
});

describe("a decision", () => {
  const base = { method: "POST", path: "/v1/login", ip: "198.18.0.20", client: null, status: 403 };
  const blocked = { ...base, verdict: "block", by: "stuffing", reason: "too many names" };
  const allowed = { ...base, client: "acme_sync", status: 200, verdict: "allow", by: null, reason: "" };

  it("is one line that says who, what and why", () => {
    expect(renderDecision(parseDecision(JSON.stringify(blocked)), 4_210, plain)).toBe(
      "     4.2 s  198.18.0.20      POST /v1/login              block 403    stuffing: too many names",
    );
    expect(renderDecision(parseDecision(JSON.stringify(allowed)), 0, plain)).toMatch(/acme_sync .* allow$/);
  });

  it("is coloured by how strict it is", () => {
    const line = renderDecision(parseDecision(JSON.stringify(blocked)), 0, makePaint(true));
    expect(line).toContain("\u001b[31mblock 403");
  });

  it("counts for its kind of caller", () => {
    const counts = new DecisionCounts();
    for (const decision of [blocked, blocked, allowed]) counts.add(parseDecision(JSON.stringify(decision)));
    expect(counts.clients).toEqual({ let: 1, refused: 0 });
    expect(counts.strangers).toEqual({ let: 0, refused: 2 });
    expect([...counts.by]).toEqual([["stuffing", 2]]);
  });
});

describe("the comparison", () => {
  const policyWith = (rules: string): string => `policy "p" { owner "t" default allow }
route login = POST "/v1/login" { body { username: string } }
clients from "clients.yaml"
${rules}
scenario campaign {
  run 10s
  population people = steady { clients [caller] rate 1 per 1s each mix login 100% }
  attack crowd = credential_stuffing { target login sources 3 rate 5 per 1s from 0s to 10s success 100% }
  expect crowd.admitted < 50%
}`;
  const inventory = `clients:
  - { id: caller, kind: partner, purpose: test, owner: { team: t, accountable: a.b }, environment: test, status: active, networks: [192.0.2.0/24], operations: ["*"] }
`;
  const resultOf = (rules: string) => {
    const { policy, scenarios, diagnostics, sources } = loadPolicyText(policyWith(rules), {
      "clients.yaml": inventory,
    });
    const [scenario] = scenarios;
    if (policy === null || scenario === undefined)
      throw new Error(renderDiagnostics(diagnostics, sources, { color: false }));
    return runScenario(policy, scenario, { seeds: [1] });
  };

  it("shows what was stopped and who was harmed, policy by policy", () => {
    const open = resultOf("rule open on login then allow");
    const shut = resultOf("rule shut on login then block");
    const table = renderComparison([open, shut], ["open", "shut"], plain);
    const [attack] = open.attacks;
    expect(table).toMatch(
      new RegExp(`crowd: tries let through +${attack?.offered} of ${attack?.offered} \\(100 %\\) +0 of`),
    );
    expect(table).toMatch(/crowd: first refused +never +after 0 s, by shut/);
    expect(table).toMatch(/people: harmed, of 1 a run +0 +1\n/);
    expect(table).toMatch(/expectations that hold +0 of 1 +1 of 1\n/);
  });
});

describe("figures", () => {
  it("have a unit and a number", () => {
    expect([plural(1, "rule"), plural(1_234, "rule")]).toEqual(["1 rule", "1,234 rules"]);
    expect([span(1_296_196), span(1_800_000_000)]).toEqual(["1.3 s", "30 min"]);
  });
});

describe("the demonstration API", () => {
  let api: DemoApi;
  beforeAll(async () => {
    api = await startDemoApi();
  });
  afterAll(() => api.close());

  const signIn = async (body: string): Promise<number> => {
    const response = await fetch(`${api.url}/v1/login`, { method: "POST", body });
    await response.text();
    return response.status;
  };

  it("opens an account for a valid pair only, and counts both", async () => {
    expect(await signIn('{"username":"user-24"}')).toBe(401);
    expect(await signIn('{"username":"user-25"}')).toBe(200);
    expect(await signIn("null")).toBe(401);
    expect(await signIn("not JSON")).toBe(401);
    expect(api.signIns).toEqual({ arrived: 4, opened: 1 });
  });

  it.each([
    ["/v1/orders/7", 200],
    ["/v1/orders?page=2", 200],
    ["/nowhere", 404],
  ])("answers %s with %i", async (path, status) => {
    const response = await fetch(`${api.url}${path}`);
    await response.text();
    expect(response.status).toBe(status);
  });

  it("drops a body that is too large", async () => {
    await expect(signIn("x".repeat(100_000))).rejects.toThrow("fetch failed");
  });
});
