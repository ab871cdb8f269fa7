/** `edgepolicy audit`. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { edgepolicy, folderWith } from "../run.ts";

const ROOT = join(import.meta.dirname, "../../../..");
const ORDERS = join(ROOT, "examples/orders/orders.edgepolicy");

const POLICY = `policy "p" { owner "edge" default block unavailable closed }
identity { api_key { header "x-api-key" } }
clients from "clients.yaml"
route order = GET "/v1/orders/{id}"
limit fair_use per client else ip.network allow client.rate ?? 5 per 1s
rule partners when has client and granted then allow
`;
const SECRET = "ep_00z0R12GKAHXwQ4KLnSREmn0LsM4X7ML0jtgwuhj1Xr4fNoWF";

function inventory(fields = "", credential = ""): string {
  return `teams: [{ id: edge }]
people: [{ id: m.rossi }]
clients:
  - id: acme
    kind: partner
    owner: { team: edge, accountable: m.rossi }
    environment: prod
    status: active
    review_by: 2026-06-30
    rate: { allow: 20, per: 1s }
    operations: [order]
    networks: [203.0.113.0/24]
    credentials:
      - { id: k1, type: api_key, hash: "sha256:${"1b".repeat(32)}", issued: 2025-12-01, expires: 2026-11-01${credential} }
    ${fields}
`;
}

/** Audits a small policy as of the beginning of 2026. */
async function auditOf(clients: string, ...options: readonly string[]): ReturnType<typeof edgepolicy> {
  const at = folderWith({ "p.edgepolicy": POLICY, "clients.yaml": clients });
  return edgepolicy(["audit", "--now", "2026-01-01", ...options, at("p.edgepolicy")]);
}

/** Compares with a golden; `UPDATE=1` writes it anew. */
function expectGolden(name: string, text: string): void {
  const file = join(ROOT, "test/golden/audit", name);
  if (process.env["UPDATE"] === "1" || !existsSync(file)) writeFileSync(file, text);
  expect(text).toBe(readFileSync(file, "utf8"));
}

describe("the example", () => {
  test("is audited as text", async () => {
    const { status, stdout, stderr } = await edgepolicy(["audit", "--now", "2026-01-01", ORDERS]);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expectGolden("orders.txt", stdout.replaceAll(`${ROOT}/`, ""));
  });

  test("is audited as JSON", async () => {
    const options = ["--now", "2026-01-01", "--format", "json"];
    const whole = JSON.parse((await edgepolicy(["audit", ...options, ORDERS])).stdout) as { controls: unknown[] };
    expect(whole.controls).toHaveLength(53);
    const some = ["--client", "support_agent", "--client", "legacy_import"];
    const { status, stdout } = await edgepolicy(["audit", ...options, ...some, ORDERS]);
    expect(status).toBe(0);
    const json: unknown = JSON.parse(stdout.replaceAll(`${ROOT}/`, ""));
    expectGolden("orders-json.txt", `${JSON.stringify(json, null, 1)}\n`);
  });
});

test("findings are told as SARIF", async () => {
  const { stdout } = await auditOf(inventory("labels: { break_glass: x }"), "--format", "sarif");
  const log = JSON.parse(stdout) as { runs: { tool: { driver: { rules: object[] } }; results: object[] }[] };
  expect(log.runs[0]?.tool.driver.rules).toMatchObject([{ id: "ID123", defaultConfiguration: { level: "error" } }]);
  expect(log.runs[0]?.results).toMatchObject([{ ruleId: "ID123", level: "error", locations: [{}] }]);
});

describe("the exit status", () => {
  test.each([
    [0, inventory(), []],
    [1, inventory("labels: { break_glass: x }"), []],
    [0, inventory("labels: { break_glass: x }"), ["--fail-on", "none"]],
    [0, inventory("scopes: [x]"), []],
    [1, inventory("scopes: [x]"), ["--fail-on", "warning"]],
  ] as const)("is %i", async (expected, clients, options) => {
    const { status, stdout } = await auditOf(clients, ...options);
    expect(status, stdout).toBe(expected);
  });

  test("is 1 where the policy has errors, of which the inventory is audited all the same", async () => {
    const at = folderWith({
      "p.edgepolicy": `${POLICY}rule r when x then block\n`,
      "clients.yaml": inventory("scopes: [x]\n    expires: 2025-01-01"),
    });
    const { status, stdout, stderr } = await edgepolicy(["audit", "--now", "2028-01-01", at("p.edgepolicy")]);
    expect(status).toBe(1);
    expect(stderr).toMatch(/^error\[EP2001\]/);
    expect(stdout).toMatch(/^Audit of the inventory alone/);
    expect(stdout).toContain("ID110");
    expect(stdout).not.toContain("Controls");
  });
});

describe("bad input", () => {
  test.each([
    [["--now", "tomorrow"], "--now tomorrow: not a date or time"],
    [["--client", "acne"], "--client acne: the inventory has no such client; did you mean `acme`?"],
    [["--fail-on", "errors"], "--fail-on errors: expected"],
  ])("%j is answered", async (options, message) => {
    const at = folderWith({ "p.edgepolicy": POLICY, "clients.yaml": inventory() });
    const { status, stderr } = await edgepolicy(["audit", ...options, at("p.edgepolicy")]);
    expect(status).toBe(2);
    expect(stderr).toContain(message);
  });

  test("of a policy that is not there", async () => {
    expect((await edgepolicy(["audit", "nowhere.edgepolicy"])).status).toBe(2);
  });
});

test("tells of one client alone", async () => {
  const two = `${inventory("scopes: [x]")}  - { id: globex, kind: job, owner: { team: edge, accountable: m.rossi }, environment: prod, status: active, operations: [order] }\n`;
  const { stdout } = await auditOf(two, "--client", "globex", "--format", "json");
  const json = JSON.parse(stdout) as {
    findings: { client: string }[];
    matrix: { callers: { clients: string[] | null }[] };
    controls: unknown[];
  };
  expect([...new Set(json.findings.map(({ client }) => client))]).toEqual(["globex"]);
  expect(json.matrix.callers.map(({ clients }) => clients)).toEqual([null, ["globex"]]);
  expect(json.controls).toEqual([]);
});

test.each(["text", "json"])("shows no secret as %s", async (format) => {
  for (const clients of [
    inventory(`purpose: ${SECRET}`),
    inventory(`operations_: ${SECRET}`),
    inventory("").replace("operations: [order]", `operations: [${SECRET}]`),
    inventory("").replace(/sha256:\w+/, SECRET),
    inventory("", `, jwk: { kty: oct, k: ${SECRET} }`),
  ]) {
    const { stdout, stderr, status } = await auditOf(clients, "--format", format);
    expect(status).toBe(1);
    expect(stdout).toContain("ID112");
    expect(`${stdout}${stderr}`).not.toContain(SECRET.slice(3));
  }
});

test("of a large inventory is quick and says what it leaves out", async () => {
  const routes = Array.from({ length: 100 }, (_, at) => `route r${at} = GET "/r${at}"`).join("\n");
  const clients = Array.from({ length: 3_000 }, (_, at) => {
    const operations = [0, 1, 2, 3, 4].map((step) => `r${(at * 7 + step * 13) % 100}`).join(", ");
    return `  - { id: c${at}, kind: job, owner: { team: edge, accountable: m.rossi }, environment: prod, status: active, rate: { allow: ${1 + (at % 50)}, per: 1s }, operations: [${operations}] }`;
  });
  const policy = POLICY.replace(/^route.*$/m, routes);
  const at = folderWith({
    "p.edgepolicy": policy,
    "clients.yaml": `teams: [{ id: edge }]\npeople: [{ id: m.rossi }]\nclients:\n${clients.join("\n")}\n`,
  });
  const started = process.cpuUsage();
  const { stdout, status } = await edgepolicy(["audit", "--now", "2026-01-01", at("p.edgepolicy")]);
  expect(status).toBe(0);
  expect(process.cpuUsage(started).user / 1e6).toBeLessThan(15);
  expect(stdout.split("\n").length).toBeLessThan(500);
  expect(stdout).toMatch(/ID117: client cannot prove itself[\s\S]*and 2,995 more/);
  expect(stdout).toMatch(/groups more of [\d,]+ clients/);
}, 120_000);
