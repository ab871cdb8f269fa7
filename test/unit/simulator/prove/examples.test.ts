/** The examples that are shipped claim nothing that a search refutes. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { loadPolicy, nodeFiles } from "../../../../dsl/index.ts";
import { provePolicy } from "../../../../simulator/index.ts";

const EXAMPLES = join(import.meta.dirname, "../../../../examples");

const policies = readdirSync(EXAMPLES, { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".edgepolicy"))
  .filter((path) => loadPolicy(join(EXAMPLES, path), nodeFiles).policy !== null)
  .sort();

test("there are examples", () => expect(policies).toContain("orders/orders.edgepolicy"));

test.each(policies)(
  "%s holds",
  async (path) => {
    const { policy, sources, invariants } = loadPolicy(join(EXAMPLES, path), nodeFiles);
    if (policy === null) throw new Error("it does not load");
    const proven = { file: path, policy, sources, invariants };
    const options = { runs: 60, longest: 60, seed: 1, path: null, timeMs: null, against: null };
    const { claims } = await provePolicy(proven, options);
    expect(
      claims.flatMap(({ claim, found }) => (found === null ? [] : [[claim.name, found.violation.message]])),
    ).toEqual([]);
  },
  60_000,
);
