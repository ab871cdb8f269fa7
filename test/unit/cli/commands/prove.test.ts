/** `edgepolicy prove`. */
import { appendFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { ProveJson } from "../../../../simulator/index.ts";
import { edgepolicy, folderWith } from "../run.ts";

const GOOD = `policy "t" { default block }
route order = GET "/v1/orders/{id}"
invariant "an order is never served" on order then at least block
`;
const WRONG = `${GOOD}rule open on order then allow\n`;

test("exits 0 where nothing is refuted, and says what that is worth", async () => {
  const at = folderWith({ "p.edgepolicy": GOOD });
  const { status, stdout, stderr } = await edgepolicy(["prove", at("p.edgepolicy"), "--runs", "40"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toMatch(
    /^held over 40 traces, [\d,]+ requests; not proven\n {2}invariant "an order is never served" /m,
  );
  expect(stdout).toMatch(/\n1 claim: 0 refuted, 1 held, 0 untried\n$/);
});

test("exits 1 where something is, with a test that `edgepolicy test` runs and a command that replays it", async () => {
  const at = folderWith({ "p.edgepolicy": WRONG });
  const { status, stdout } = await edgepolicy(["prove", at("p.edgepolicy"), "--runs", "40"]);
  expect(status).toBe(1);
  const [, replay = "", block = ""] = /^\/\/ edgepolicy (prove .*)\n(test [\s\S]*?\n\}\n)/m.exec(stdout) ?? [];
  expect(block).toBe(
    `test "refuted: an order is never served" {\n  at 0s GET "/v1/orders/1" from 192.0.2.1 expect allow\n}\n`,
  );
  const again = await edgepolicy(replay.split(" "));
  expect(again.status).toBe(1);
  expect(again.stdout).toContain(block);
  appendFileSync(at("p.edgepolicy"), block);
  expect(await edgepolicy(["test", at("p.edgepolicy")])).toMatchObject({
    status: 0,
    stdout: expect.stringContaining("1 passed, 0 failed") as string,
  });
});

test("--format json has the same as data, and --against compares", async () => {
  const at = folderWith({ "p.edgepolicy": GOOD, "old.edgepolicy": WRONG });
  const argv = ["prove", at("p.edgepolicy"), "--against", at("old.edgepolicy"), "--runs", "40", "--format", "json"];
  const { status, stdout } = await edgepolicy(argv);
  expect(status).toBe(1);
  const report = JSON.parse(stdout) as ProveJson;
  expect(report).toMatchObject({ schema: "edgepolicy.proof/1", held: false, seed: 1, traces: 40, cutShort: false });
  expect(report.claims).toMatchObject([
    { kind: "invariant", status: "held", line: 3, refutation: null },
    { kind: "agreement", status: "refuted", line: null, refutation: { requests: 1 } },
  ]);
});

test("a bundle is proven as its text is", async () => {
  const at = folderWith({ "p.edgepolicy": WRONG });
  await edgepolicy(["compile", at("p.edgepolicy"), "-o", at("p.epb")]);
  const { status, stdout } = await edgepolicy(["prove", at("p.epb"), "--runs", "40"]);
  expect(status).toBe(1);
  expect(stdout).toContain('REFUTED  invariant "an order is never served": at least block');
});

test.each([
  [["--runs", "0"], "--runs 0: not a whole number from 1 to 10000000"],
  [["--longest", "0"], "--longest 0: not a whole number from 1 to 100000"],
  [["--seed", "-1"], "--seed needs a value: --seed N"],
  [["--time", "soon"], "--time soon: not a duration such as 30s or 10m"],
  [["--path", "1:x"], "--path 1:x: not a path such as 12 or 12:0:3"],
  [["--path", "0:9999999"], "--path 0:9999999: seed 1 has no such trace"],
  [["--against", "nowhere"], "nowhere: there is no such file"],
])("%s cannot be run", async (options, message) => {
  const at = folderWith({ "p.edgepolicy": GOOD });
  const { status, stdout, stderr } = await edgepolicy(["prove", at("p.edgepolicy"), ...options]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(message);
});

test("a policy with errors cannot be proven: 2, not the answer no", async () => {
  const at = folderWith({
    "p.edgepolicy": 'policy "t" { default allow }\nrule r when nobody then block\n',
    "good.edgepolicy": GOOD,
  });
  for (const argv of [[at("p.edgepolicy")], [at("good.edgepolicy"), "--against", at("p.edgepolicy")]]) {
    const { status, stdout, stderr } = await edgepolicy(["prove", ...argv]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain("mend the policy first");
  }
});
