/** The website example over its sample log, and over a recorded log where there is one. */
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { loadPolicy, nodeFiles } from "../../../../dsl/index.ts";
import { renderReplay, replayLog } from "../../../../simulator/index.ts";
import { readFileLines } from "../../../../traffic/index.ts";

const root = join(import.meta.dirname, "../../../..");
const recorded = join(root, "../shared/data/access-logs/semicomplete-2015.combined.log");

async function reportOn(log: string): Promise<string> {
  const { policy } = loadPolicy(join(root, "examples/website/website.edgepolicy"), nodeFiles);
  if (policy === null) throw new Error("the website example does not check");
  // The version depends on where the files stand.
  return renderReplay(await replayLog({ ...policy, version: "version" }, readFileLines(log), { skipBad: true }));
}

function expectGolden(name: string, text: string): void {
  const path = join(root, "test/golden/replay", name);
  if (process.env["UPDATE"] === "1") writeFileSync(path, text);
  expect(text).toBe(readFileSync(path, "utf8"));
}

it("tells who would be affected in the sample log", async () => {
  expectGolden("website-sample.txt", await reportOn(join(root, "examples/website/sample.log")));
});

it("tells who would be affected in a recorded log", async (context) => {
  context.skip(!existsSync(recorded), `there is no recorded log at ${recorded}`);
  expectGolden("website-semicomplete-2015.txt", await reportOn(recorded));
});
