import { join } from "node:path";
import { expect, test } from "vitest";
import { memoryFiles, nodeFiles } from "../../../../dsl/index.ts";
import { findLiteral, SweepError, Variants } from "../../../../simulator/index.ts";
import { variantsOf } from "../../../helpers/variants.ts";

const ORDERS = join(import.meta.dirname, "../../../../examples/orders/orders.edgepolicy");

test("names every number that can be varied by its declaration and what it is", () => {
  const { literals } = new Variants(ORDERS, nodeFiles);
  expect(literals.map(({ name, raw }) => `${name} ${raw}`)).toEqual([
    ...["signal failures.over 10m", "signal users.over 10m", "signal tool_spread.over 10m", "signal fanout.over 1h"],
    ...["score risk.tool_spread.points 70", "score risk.tool_spread 10"],
    ...["score risk.users.points 40", "score risk.users 20", "score risk.failures.points 30", "score risk.failures 10"],
    ...["score risk.ip.points 15", "score risk.client.points 60"],
    ...["limit login_rate.rate 10", "limit login_rate.per 1m"],
    ...["limit fair_use.rate 5", "limit fair_use.per 1s", "limit fair_use.burst 20"],
    ...["rule stuffing.risk 70", "rule stuffing.for 15m", "rule shared_key.fanout 3", "rule trap.for 24h"],
  ]);
});

test("finds them in lets, leases, brakes, refunds and second comparisons, and leaves names and prefixes alone", () => {
  const { literals } = variantsOf(
    `let many = 20
     let share = 12.5%
     signal tries = count on login where body.size > 1KB and body.size < 64KB per ip.network(24, 64) over 2m
     signal spread = distinct(username) on login per ip over 1m
     limit open on thing per ip allow 5 at once
     limit soft on login per ip allow 40 per 1m burst 3 cost 2 otherwise slow up to 2s
     rule busy on login when tries > many and tries * 2 > 50 and spread in [1, 2] then slow 1s
     rule again on login when tries > 3 or spread >= 4 and tries > 9 then throttle retry after 5s
     rule last on login when tries == 77 then block 403 for 15m doubling to 4h per ip`,
  );
  expect(literals.map(({ name, raw }) => `${name} ${raw}`)).toEqual([
    ...[
      "let many 20",
      "let share 12.5%",
      "signal tries.body.size 1KB",
      "signal tries.body.size#2 64KB",
      "signal tries.over 2m",
    ],
    ...["signal spread.over 1m", "limit open.count 5"],
    ...["limit soft.rate 40", "limit soft.per 1m", "limit soft.burst 3", "limit soft.cost 2", "limit soft.slow 2s"],
    ...["rule busy.tries 2", "rule busy.tries#2 50", "rule busy.slow 1s"],
    ...["rule again.tries 3", "rule again.spread 4", "rule again.tries#2 9", "rule again.retry 5s"],
    ...["rule last.for 15m", "rule last.doubling 4h"],
  ]);
});

test("is found by its whole name, or without the kind where only one has it", () => {
  const { literals } = variantsOf("let many = 20\nlimit many_a_time per ip allow 5 per 1m");
  expect(findLiteral(literals, "limit many_a_time.rate").raw).toBe("5");
  expect(findLiteral(literals, "many_a_time.per").raw).toBe("1m");
  expect(findLiteral(literals, "many").raw).toBe("20");
});

test("a name that no number has is told with those there are", () => {
  const { literals } = variantsOf("let many = 20\nlimit fair per ip allow 5 per 1m");
  const problem = (of: typeof literals, name: string): unknown => {
    try {
      return findLiteral(of, name);
    } catch (thrown) {
      return thrown instanceof SweepError ? [thrown.message, thrown.help] : thrown;
    }
  };
  expect(problem(literals, "nothing_like_it")).toEqual([
    "the policy has no number `nothing_like_it`",
    "its numbers are let many (20), limit fair.rate (5), limit fair.per (1m)",
  ]);
  const meant = "did you mean `limit fair.rate` (5)? `--sweep list` lists all";
  expect(problem(literals, "limit fair.rat")).toEqual(["the policy has no number `limit fair.rat`", meant]);
  expect(problem(literals, "fair.raet")).toEqual(["the policy has no number `fair.raet`", meant]);
  const many = variantsOf(Array.from({ length: 21 }, (_, n) => `let number_${n} = ${n}`).join("\n")).literals;
  expect(problem(many, "else")).toEqual(["the policy has no number `else`", "`--sweep list` lists its 21 numbers"]);
});

test("a policy with errors has no variants", () => {
  const files = memoryFiles({ "p.edgepolicy": "policy" });
  expect(() => new Variants("p.edgepolicy", files)).toThrow("p.edgepolicy has errors");
});
