/** Whether conditions can hold together: "no" must be a proof, and the contradictions people write are found. */
import { describe, expect, test } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { Budget } from "../../../../dsl/lints/budget.ts";
import { Solver } from "../../../../dsl/lints/satisfiable.ts";
import { accepted } from "../../../helpers/loading.ts";

const CONTEXT = `route home = GET "/"
route form = GET | POST "/form"
list names : string = ["a"]
list office : network = [198.51.100.0/24]
signal hits = count per ip over 5m
score risk { +1000 when hits > 5 }
score low { +60 when hits > 5 -20 when granted }
let big = body.size > 1KB
let small = not big
`;

function canHold(text: string, on: readonly number[] | null = null, budget = new Budget(100_000)): boolean {
  const clause = on === null ? "" : `on ${on.map((route) => ["home", "form"][route]).join(", ")} `;
  const policy = accepted(`${CONTEXT}rule r ${clause}when ${text} then slow 1s\n`);
  const expr = policy.rules[0]?.when;
  return expr == null || new Solver(policy, budget).canHold([{ expr, holds: true }], on);
}

describe("contradictions are found between", () => {
  test.for([
    "method is GET and method is POST",
    "method is GET and method is not GET",
    "method is GET and method not in [GET, PUT]",
    "method in [GET, PUT] and method in [POST, PATCH]",
    'host == "a" and not (host == "a")',
    "hits > 5 and hits < 6",
    "hits > 5 and hits <= 5",
    "hits == 5 and hits > 7",
    "hits < 0",
    "low > 60",
    "risk > 1_000",
    "body.size > 5KB and body.size < 1KB",
    "5KB < body.size and 1KB > body.size",
    "evidence < static_secret and evidence > network",
    "evidence > bound_token",
    "not (evidence <= bound_token)",
    "big and small",
    "(big or hits > 5) and small and hits < 3",
    "granted and not granted",
    "granted == true and not granted",
    "has client and no client",
    "ip in 10.0.0.0/8 and ip not in 10.0.0.0/8",
    "ip.network in 10.0.0.0/8 and ip not in 10.0.0.0/8",
    "ip in 10.1.0.0/16 and ip.network not in 10.0.0.0/8",
    "ip.network in 10.0.0.0/8 and ip.network(16, 48) not in 10.0.0.0/8",
    "ip.network in 10.0.0.0/8 and ip.network in 192.0.2.0/24",
    "ip.network in 10.0.0.0/25",
    "ip.network == 10.0.0.0/24 and ip not in 10.0.0.0/24",
    "ip.network != 10.0.0.0/24 and ip in 10.0.0.0/25",
    "ip.network in office and ip not in office",
    "ip.network(16, 48) in office",
    "ip in 10.0.0.0/8 and ip in 192.0.2.0/24",
    "ip in 10.1.0.0/16 and not (ip in [192.0.2.0/24, 10.0.0.0/8])",
    "ip in 192.0.2.0/24 and ip not in [192.0.2.0/25, 192.0.2.128/25]",
    "ip == 10.0.0.3 and ip in 192.0.2.0/24",
    "ip == 10.0.0.3 and ip != 10.0.0.3",
    "ip in [10.0.0.3, 10.0.0.4] and ip not in 10.0.0.0/8",
    "ip in 0.0.0.0/0 and ip in ::/0",
    "ip not in [0.0.0.0/0, ::/0]",
    "ip in office and ip in 10.0.0.0/8",
    "ip == 198.51.100.7 and ip not in office",
    "host in names and host not in names",
    "path.raw != host and path.raw == host",
    'header["x"] ?? "" == "a" and header["x"] ?? "" == "b"',
    "now < 2026-01-01 and now > 2027-01-01",
    "method not in [GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS, other]",
  ])("%s", (text) => {
    expect(canHold(text)).toBe(false);
  });
});

describe("nothing is claimed of", () => {
  test.for([
    'method is GET and host == "a"',
    "hits > 5 and hits < 7",
    "hits >= 5 and hits <= 5",
    "body.size > 1KB and body.size < 5KB",
    "risk == 1_000",
    "low == 60",
    "evidence < static_secret and evidence > none",
    "big or small",
    "not (big and small)",
    "ip in 10.0.0.0/8 and ip not in 10.0.0.0/9",
    "ip in 10.0.0.0/8 and ip == 10.0.0.3",
    "ip != 10.0.0.3 and ip in 10.0.0.2/31",
    "ip not in 0.0.0.0/0",
    "ip.network in 10.0.0.0/8 and ip not in 10.0.0.0/9",
    "ip.network in 10.0.0.0/24 and ip not in 10.0.0.0/25",
    "ip.network == 10.0.0.0/24 and ip not in 10.0.0.0/25",
    "ip in 10.0.0.0/8 and ip.network(4, 32) not in 10.0.0.0/8",
    "ip.network not in [10.0.0.0/25, 10.0.0.128/25] and ip in 10.0.0.0/24",
    "has identity.error and identity.error is expired",
    'header["x"] ?? "" == "a" and header["y"] ?? "" == "b"',
    "hits > 5 and risk < 5",
  ])("%s", (text) => {
    expect(canHold(text)).toBe(true);
  });
});

describe("a part is implied among others where they cannot hold and it fail:", () => {
  test.for([
    "body.size >= 10B and body.size < 20B and granted",
    "body.size >= 10B and body.size >= 5B and granted",
    'body.size >= 10B and host == "a" and body.size < 20B and body.size >= 0B',
    "body.size >= 10B and body.size < 10B and granted",
    "body.size >= 10B and body.size < 10B and hits > 5 and hits < 3",
    "body.size >= 10B or body.size >= 5B or granted",
    "not (body.size >= 10B) and body.size < 20B",
    'host == "a" or host != "a" or granted',
    "hits < 0 and granted",
    "(granted or hits > 5) and granted and body.size >= 10B",
  ])("%s", (text) => {
    const policy = accepted(`${CONTEXT}rule r when ${text} then slow 1s\n`);
    const expr = policy.rules[0]?.when;
    if (expr?.kind !== "and" && expr?.kind !== "or") throw new Error("no row");
    const holds = expr.kind === "and";
    const solver = new Solver(policy, new Budget(100_000));
    const isImplied = solver.impliedAmong(expr.items, holds, null);
    const cannotFail = expr.items.map((item) => {
      const goals = expr.items.map((one) => ({ expr: one, holds: holds === (one !== item) }));
      return !new Solver(policy, new Budget(100_000)).canHold(goals, null);
    });
    expect(expr.items.map(isImplied)).toEqual(cannotFail);
    expect(expr.items.toReversed().map(isImplied).toReversed()).toEqual(cannotFail);
  });
});

test("a list from a file is none of what stands in the policy: it may change while that runs", () => {
  const text = `policy "t" { default allow }
list gone : network from "gone.txt"
rule r when ip in gone and ip in 10.0.0.0/8 then slow 1s
`;
  const { policy } = loadPolicyText(text, { "gone.txt": "198.51.100.0/24\n" });
  const expr = policy?.rules[0]?.when;
  if (policy === null || expr == null) throw new Error("no rule");
  expect(new Solver(policy, new Budget(1_000)).canHold([{ expr, holds: true }], null)).toBe(true);
});

test("the routes of `on` say which methods and routes there are", () => {
  expect(canHold("method is POST", [0])).toBe(false);
  expect(canHold("method is POST", [1])).toBe(true);
  expect(canHold("route is form", [0])).toBe(false);
  expect(canHold("route is form", [0, 1])).toBe(true);
  expect(canHold("method is PUT", [0, 1])).toBe(false);
});

test("without a budget everything counts as possible", () => {
  expect(canHold("granted and not granted", null, new Budget(1))).toBe(true);
});

test("a hard contradiction is given up in bounded time", () => {
  const flag = (index: number): string => `has header["h${index % 13}"]`;
  const differ = (index: number): string => {
    const [a, b, c] = [flag(index), flag(index * 5 + 1), flag(index * 7 + 3)];
    return `(${a} or ${b} or not (${c})) and (not (${a}) or not (${b}) or ${c}) and (${a} or not (${b}))`;
  };
  const started = performance.now();
  canHold(Array.from({ length: 60 }, (_, index) => differ(index)).join(" and "));
  expect(performance.now() - started).toBeLessThan(2000);
});
