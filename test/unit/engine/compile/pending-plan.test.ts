/** What is kept of a request until its outcome is known: no more than the outcome's signals and refunds read. */
import { describe, expect, test } from "vitest";
import { SlotOp } from "../../../../engine/layout.ts";
import { compiled } from "../../../helpers/compiled.ts";

const ROUTES = `route login = POST "/login" { body { username: string, amount: int } }
route order = GET "/orders/{id}"
`;

function kept(text: string): readonly number[] {
  const { pending, slots } = compiled(ROUTES + text);
  return [...pending.slots].map((slot) => slots.op[slot]!).sort((left, right) => left - right);
}

function counted(condition: string, aggregate = "count"): string {
  return `signal s = ${aggregate} where response.status == 401 and ${condition} per ip over 1m`;
}

describe("what is kept is read", () => {
  test.each<readonly [string, string, readonly number[]]>([
    ["by a condition", counted('host == "a"'), [SlotOp.host]],
    ["by both sides of one", counted("host == path.raw"), [SlotOp.host, SlotOp.rawPath]],
    ["by a value", counted("method is POST", "distinct(host)"), [SlotOp.host, SlotOp.method]],
    ["by a share", "signal s = share(response.status == 401 and body.size > 1KB) per ip over 1m", [SlotOp.bodySize]],
    ["by a default", counted('header["x-a"] ?? "" == "a"'), [SlotOp.header]],
    ["by arithmetic", counted("query.count + header.count > 5"), [SlotOp.queryCount, SlotOp.headerCount]],
    ["by an address in a network", counted("ip in 10.0.0.0/8"), [SlotOp.ip]],
    ["by a class", `class c = one when host == "a", else two\n${counted("c is one")}`, [SlotOp.host]],
    ["by a refund", 'limit l per ip allow 1 per 1s refund when response.status == 500 and host == "a"', [SlotOp.host]],
  ])("%s", (_, text, operations) => {
    expect(kept(text)).toEqual([...operations].sort((left, right) => left - right));
  });
});

describe("what is not kept", () => {
  test.each([
    ["the outcome itself", counted("response.size > 1KB")],
    ["the route", "signal s = count on login where response.status == 401 per ip over 1m"],
    ["the client's record", counted('has client and client.plan == "gold"')],
    ["constants", counted("response.latency > 1s")],
    ["what signals of the request read", 'signal s = count where host == "a" per ip over 1m'],
    ["what signals of what was served read", 'signal s = count where served and host == "a" per ip over 1m'],
    ["what limits without a refund read", 'limit l when host == "a" per ip allow 1 per 1s'],
    ["what rules read", 'rule r when host == "a" then block'],
  ])("%s", (_, text) => {
    expect(kept(text)).toEqual([]);
  });
});

test("signals of the outcome wait, and limits that give back", () => {
  const { pending } = compiled(`${ROUTES}
signal a = count per ip over 1m
signal b = count where response.status == 401 per ip over 1m
signal c = count where served per host over 1m
signal d = count where response.status == 500 per host over 1m
limit e per ip allow 1 per 1s
limit f per client else skip allow 5 at once
limit g per ip allow 1 per 1s refund when response.status == 500`);
  expect([[...pending.signals], [...pending.limits]]).toEqual([
    [1, 3],
    [1, 2],
  ]);
  expect(pending.keys.length).toBe(3);
  expect(new Set(pending.keys).size).toBe(3);
});

test("a request is awaited on the routes of those signals", () => {
  const awaited = (text: string): readonly string[] => {
    const { pending, policy } = compiled(ROUTES + text);
    const names = ["none", ...policy.routes.map(({ name }) => name)];
    expect(pending.awaits.length).toBe(names.length);
    return names.filter((_, index) => pending.awaits[index] === 1);
  };
  const all = ["none", ...compiled(ROUTES).policy.routes.map(({ name }) => name)];
  expect(awaited("signal a = count per ip over 1m")).toEqual([]);
  expect(awaited("signal a = count where response.status == 401 per ip over 1m")).toEqual(all);
  expect(awaited("signal a = count on login where response.status == 401 per ip over 1m")).toEqual(["login"]);
});

test("an entry has cells for numbers and addresses, and values for the rest", () => {
  const sizes = (condition: string): readonly number[] => {
    const { cells, values } = compiled(ROUTES + counted(condition)).pending;
    return [cells, values];
  };
  expect(sizes("body.size > 1KB")).toEqual([1, 0]);
  expect(sizes("path.ambiguous")).toEqual([1, 0]);
  expect(sizes("ip == 10.0.0.1")).toEqual([5, 0]);
  expect(sizes("ip.network in 10.0.0.0/8")).toEqual([5, 0]);
  expect(sizes('host == "a"')).toEqual([0, 1]);
  expect(sizes('has token.scopes and "a" in token.scopes')).toEqual([0, 1]);
  expect(sizes('body.size > 1KB and host == "a" and ip == 10.0.0.1')).toEqual([6, 1]);
});
