/** What each aggregate becomes, and when its events are recorded. */
import { describe, expect, test } from "vitest";
import type { Aggregate, Signal } from "../../../../engine/index.ts";
import { accepted, errorsOf, show } from "../../../helpers/loading.ts";

const WORLD = `route login = POST "/login" { body { username: string  tries: int } }
route order = GET "/orders/{order_id}"
group api = order, login
fact bot : number from header "x-bot"
class tier = gold when host == "gold.example.com", else other
`;

const signal = (text: string): Signal => accepted(`${WORLD}signal s = ${text}\n`).signals[0]!;
const errors = (text: string): readonly string[] => errorsOf(`${WORLD}signal s = ${text}\n`);

function shown(aggregate: Aggregate): unknown {
  if (aggregate.kind === "share") return [aggregate.kind, show(aggregate.when)];
  if (aggregate.kind === "overflow") return [aggregate.kind, aggregate.rate, show(aggregate.value)];
  return "value" in aggregate ? [aggregate.kind, show(aggregate.value)] : aggregate;
}

describe("aggregates", () => {
  test.for([
    ["count per ip over 5m", { kind: "count" }],
    ["interval per ip over 5m", { kind: "interval", latest: 33 }],
    ["interval(4) per ip over 5m", { kind: "interval", latest: 4 }],
    ["sum(body.size) per ip over 5m", ["sum", "body.size"]],
    ["sum(tries) on login per ip over 5m", ["sum", "body(tries)"]],
    ["sum(bot) per ip over 5m", ["sum", "fact(bot)"]],
    ["sum(query.count + 1) per ip over 5m", ["sum", "(query.count + 1:int)"]],
    ["max(response.latency) per ip over 5m", ["max", "response.latency"]],
    ["distinct(tier) per ip over 5m", ["distinct", "let#0"]],
    ["distinct(ip.network(16, 48)) per ip over 5m", ["distinct", "ip.network(16,48)"]],
    ["share(route is order) on api per ip over 5m", ["share", '(route == "order":enum)']],
    ["steps(order_id) on order per ip over 5m", ["steps", "param(order_id)"]],
    ["steps(tries) on login per ip over 5m", ["steps", "body(tries)"]],
    ["novel(ip.network) per ip over 5m", ["novel", "ip.network(24,64)"]],
    ["deviation per ip over 5m against 7d", { kind: "deviation", againstMicros: 604_800_000_000 }],
    ["elapsed(login) per ip over 5m", { kind: "elapsed", routes: [0] }],
    ["elapsed(api) per ip over 5m", { kind: "elapsed", routes: [0, 1] }],
    ["overflow(2 per 10s burst 5) per ip over 5m", ["overflow", { allow: 2, perMicros: 10_000_000, burst: 5 }, "-"]],
    ["overflow per ip over 5m", ["overflow", { allow: 1, perMicros: 1_000_000, burst: 0 }, "-"]],
    [
      "overflow(1 per 10s burst 5, path) per ip over 5m",
      ["overflow", { allow: 1, perMicros: 10_000_000, burst: 5 }, "path"],
    ],
  ] as const)("%s", ([text, model]) => {
    expect(shown(signal(text).aggregate)).toEqual(model);
  });

  test.for([
    ["steps(body.size) per ip over 5m", "EP2105"],
    ["sum(host) per ip over 5m", "EP2105"],
    ["sum(method is GET) per ip over 5m", "EP2105"],
    ["sum(body.size + 1) per ip over 5m", "EP2101"],
    ["sum(tries + 1) on login per ip over 5m", "EP2107"],
    ["share(host) per ip over 5m", "EP2103"],
    ["share(tries > 3) on login per ip over 5m", "EP2107"],
    ["novel(response.status) per ip over 5m", "EP2105"],
    ["deviation per ip over 5m", "EP2105"],
    ["deviation per ip over 5m against 19m", "EP2601"],
    ["count per ip over 5m against 7d", "EP2105"],
    ["interval(host) per ip over 5m", "EP2105"],
    ["interval(1) per ip over 5m", "EP2601"],
    ["interval(34) per ip over 5m", "EP2601"],
    ["interval(4s) per ip over 5m", "EP2105"],
    ["distinct per ip over 5m", "EP2105"],
    ["distinct(host, path) per ip over 5m", "EP2105"],
    ["elapsed(host) per ip over 5m", "EP2105"],
    ["overflow(host) per ip over 5m", "EP2105"],
    ["overflow(1 per 10s burst 65, host) per ip over 5m", "EP2601"],
    ["overflow(1KB per 10s) per ip over 5m", "EP2105"],
    ["median(host) per ip over 5m", "EP2001"],
  ] as const)("%s is refused", ([text, code]) => {
    expect(errors(text)).toEqual([code]);
  });

  test("hold as many events as they may, and no more", () => {
    expect(errors("overflow(1 per 10s burst 64, host) per ip over 5m")).toEqual([]);
    expect(errors("overflow(1 per 10s burst 1_000_000) per ip over 5m")).toEqual([]);
    expect(errors("overflow(1 per 10s burst 1_000_001) per ip over 5m")).toEqual(["EP2601"]);
    expect(errors("deviation per ip over 5m against 20m")).toEqual([]);
    expect([2, 33].flatMap((events) => errors(`interval(${events}) per ip over 5m`))).toEqual([]);
  });
});

describe("phases", () => {
  test.for([
    ["share(method is POST) per ip over 5m", "request"],
    ["share(response.status == 401) per ip over 5m", "outcome"],
    ["sum(response.size) per ip over 5m", "outcome"],
    ["elapsed(login) where response.status == 200 per ip over 5m", "outcome"],
    ["count where served per ip over 5m", "served"],
    ["share(served) per ip over 5m", "served"],
    ["novel(host) per ip over 5m", "request"],
  ] as const)("%s: %s", ([text, phase]) => {
    expect(signal(text).phase).toBe(phase);
  });

  test("are never two", () => {
    expect(errors("count where served and response.status == 200 per ip over 5m")).toEqual(["EP2203"]);
  });
});

describe("the type of a reading", () => {
  test.for([
    ["count per ip over 5m", "> 5"],
    ["distinct(host) per ip over 5m", "> 5"],
    ["sum(body.size) per ip over 5m", "> 5KB"],
    ["max(bot) per ip over 5m", "> 0.5"],
    ["max(response.latency) per ip over 5m", "> 5s"],
    ["share(granted) per ip over 5m", "> 5%"],
    ["steps(query.count) per ip over 5m", "> 5%"],
    ["deviation per ip over 5m against 7d", "> 2.5"],
    ["interval per ip over 5m", "> 5s"],
    ["elapsed(login) per ip over 5m", "< 5s"],
    ["novel(host) per ip over 5m", ""],
    ["overflow(1 per 10s) per ip over 5m", ""],
    ["overflow per ip over 5m", ""],
  ])("%s %s", ([text, comparison]) => {
    expect(errorsOf(`${WORLD}signal s = ${text}\nrule r when s ${comparison} then slow 1s\n`)).toEqual([]);
  });
});
