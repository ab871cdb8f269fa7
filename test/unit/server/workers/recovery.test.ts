import { expect, it } from "vitest";
import { createEngine, shareEngine } from "../../../../engine/index.ts";
import { Sharing } from "../../../../engine/state/shared/shared-state.ts";
import { Recovery } from "../../../../server/workers/recovery.ts";
import { policyOf } from "../../../helpers/compiled.ts";

it("where somebody stays inside the state, recovery is tried ever more seldom, and reported once", () => {
  const state = shareEngine(createEngine(policyOf("")), { memoryBytes: 1_048_576 });
  const holder = new Sharing(state, 2);
  const reports: string[] = [];
  const recovery = new Recovery(state, (line) => void reports.push(line));
  recovery.add(1);
  holder.enter(0);
  expect([recovery.run(), recovery.run(), recovery.run()]).toEqual([100, 200, 400]);
  expect(recovery.has(1)).toBe(true);
  expect(reports).toEqual([expect.stringMatching(/^a worker cannot be recovered yet: .*worker 2 holds/)]);
  holder.leave();
  expect(recovery.run()).toBe(null);
  expect(recovery.has(1)).toBe(false);
});
