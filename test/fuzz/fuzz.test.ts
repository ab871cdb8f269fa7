/** A short run of every fuzz target; `npm run fuzz` runs them for as long as one likes. */
import { expect, test } from "vitest";
import { fuzz } from "./run.ts";
import { TARGETS } from "./targets.ts";

const SEED = Number(process.env["EDGEPOLICY_SEED"] ?? 20_260_101);

test.each(TARGETS.map((target) => [target.name, target] as const))(
  "%s",
  (_, target) => {
    const { failure, inputs } = fuzz(target, SEED, { inputs: 512, millis: 60_000 });
    expect(failure, `replay: npm run fuzz -- --target "${target.name}" --seed ${SEED}`).toBeNull();
    expect(inputs).toBeGreaterThanOrEqual(512);
  },
  90_000,
);
