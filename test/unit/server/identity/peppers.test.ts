import { expect, test } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { edgepolicy } from "../../../../server/middleware/node.ts";

test("middleware says of a pepper that can be guessed, and works", () => {
  const { policy } = loadPolicyText('policy "p" { default allow }');
  if (policy === null) throw new Error("the test's policy is wrong");
  const reports: unknown[] = [];
  const peppers = { short: "18 characters long", long: "a=secret=of=19=char" };
  edgepolicy({ policy, peppers, report: (line) => void reports.push(line) });
  expect(reports).toEqual([expect.stringContaining("pepper `short`")]);
});
