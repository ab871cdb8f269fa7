/** What state is said to cost is what its tables take. */
import { expect, test } from "vitest";
import { loadPolicyText } from "../../../dsl/index.ts";
import { describeState } from "../../../engine/index.ts";
import { BanTable } from "../../../engine/state/bans.ts";
import { CountTable } from "../../../engine/state/counts.ts";
import { DistinctTable } from "../../../engine/state/distinct.ts";
import { GcraTable } from "../../../engine/state/gcra.ts";
import { SKETCH_BYTES } from "../../../engine/state/sketches.ts";

/** Entries of a table that has no budget to grow. */
const ENTRIES = 16;
const allocate = (bytes: number): ArrayBuffer => new ArrayBuffer(bytes);

test("names every declaration with state, and the bytes of its entry", () => {
  const { policy } = loadPolicyText(`policy "p" {
  owner   "t"
  default allow
}
signal all   = count per ip over 1m
signal pages = distinct(path) per ip over 1m
limit pace per ip allow 1 per 1s
rule plain when all > 9 then block
rule bans when pages > 9 then block for 1m per ip
`);
  if (policy === null) throw new Error("the policy has errors");
  const [count, distinct, limit, ban] = [
    new CountTable(1, 0, allocate),
    new DistinctTable(1, 0, allocate),
    new GcraTable(0, allocate),
    new BanTable(0, allocate),
  ].map(({ bytes }) => bytes / ENTRIES);
  expect(describeState(policy)).toEqual([
    { name: "all", kind: "count", bytesPerKey: count, largestBytesPerKey: count },
    { name: "pages", kind: "distinct", bytesPerKey: distinct, largestBytesPerKey: (distinct ?? 0) + SKETCH_BYTES },
    { name: "pace", kind: "limit", bytesPerKey: limit, largestBytesPerKey: limit },
    { name: "bans", kind: "ban", bytesPerKey: ban, largestBytesPerKey: ban },
  ]);
});
