/** `edgepolicy test`. */
import { expect, test } from "vitest";
import { edgepolicy, folderWith, SIGN_IN, textOf } from "../run.ts";

const PASSING = `
test "three failures lock" {
  at 0s repeat 3 every 1s as n POST "/v1/login" from 203.0.113.9 header "user-agent" "t{n}" respond 401 expect allow
  at 5s POST "/v1/login" from 203.0.113.9 expect block by stuffing after 5m
}
`;
const FAILING = `
test "two failures lock" {
  at 0s repeat 2 every 1s POST "/v1/login" from 203.0.113.9 respond 401
  at 5s POST "/v1/login" from 203.0.113.9 expect block by stuffing
}
`;

test("passes where every test does", async () => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN + PASSING });
  const answer = await edgepolicy(["test", at("p.edgepolicy")]);
  expect(answer).toEqual({
    status: 0,
    stdout: `${at("p.edgepolicy")}
  ok    three failures lock  4 requests

1 test: 1 passed, 0 failed; 4 requests on both engines
`,
    stderr: "",
  });
});

test("exits 1 where one fails, and shows what explains it", async () => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN + PASSING + FAILING });
  const { status, stdout, stderr } = await edgepolicy(["test", at("p.edgepolicy")]);
  expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
  expect(stdout).toMatch(
    / {2}verdict {2}expected block, {4,}got allow\n {2}by {7}expected stuffing, {2}got no rule or limit\n/,
  );
  expect(stdout).toMatch(/stuffing: does not match[\s\S]*fails = 2/);
  expect(stdout).toContain("2 tests: 1 passed, 1 failed; 7 requests on both engines\n");
});

test("chooses by name, over several files", async () => {
  const at = folderWith({ "a.edgepolicy": SIGN_IN + PASSING + FAILING, "b.edgepolicy": SIGN_IN + PASSING });
  const argv = ["test", at("a.edgepolicy"), at("b.edgepolicy"), "--filter", "three"];
  const { status, stdout } = await edgepolicy([...argv, "--format", "json"]);
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({
    passed: 2,
    failed: 0,
    tests: [
      { file: at("a.edgepolicy"), name: "three failures lock", passed: true, requests: 4, failures: [] },
      { file: at("b.edgepolicy") },
    ],
  });
});

test("tells a program what failed", async () => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN + FAILING });
  const { status, stdout } = await edgepolicy(["test", at("p.edgepolicy"), "--format", "json"]);
  expect(status).toBe(1);
  const lines = textOf(at("p.edgepolicy")).split("\n");
  expect(JSON.parse(stdout)).toMatchObject({
    passed: 0,
    failed: 1,
    tests: [
      {
        failures: [
          {
            line: lines.findIndex((line) => line.includes("by stuffing")) + 1,
            at: 5,
            kind: "expectation",
            message: "verdict: expected block, got allow; by: expected stuffing, got no rule or limit",
            decision: { verdict: "allow" },
          },
        ],
      },
    ],
  });
});

test("a policy without tests is fine, and told how to have one", async () => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN });
  const { status, stdout, stderr } = await edgepolicy(["test", at("p.edgepolicy")]);
  expect(status).toBe(0);
  expect(stdout).toContain("0 tests: 0 passed, 0 failed");
  expect(stderr).toContain("p.edgepolicy: no tests\n  write one: test ");
});

test("a filter that fits no test cannot run, and the names are told", async () => {
  const many = Array.from({ length: 11 }, (_, index) => PASSING.replace("three failures", `failures ${index}`));
  const at = folderWith({
    "p.edgepolicy": SIGN_IN + PASSING,
    "none.edgepolicy": SIGN_IN,
    "many.edgepolicy": SIGN_IN + many.join(""),
  });
  const filtered = async (file: string, ...more: readonly string[]): Promise<object> =>
    edgepolicy(["test", at(file), ...more, "--filter", "like it"]);
  const message = "edgepolicy: no test has `like it` in its name\n";
  const refused = { status: 2, stdout: "", stderr: `${message}  names: \`three failures lock\`\n` };
  expect(await filtered("p.edgepolicy")).toEqual(refused);
  expect(await filtered("p.edgepolicy", at("none.edgepolicy"), "--format", "junit")).toEqual(refused);
  expect(await filtered("many.edgepolicy")).toMatchObject({ stderr: expect.stringMatching(/ and 1 more\n/) as string });
  expect(await filtered("none.edgepolicy")).toMatchObject({
    stderr: `${message}  ${at("none.edgepolicy")}: no tests\n`,
  });
});

test("prints the coverage, and writes it for other tools", async () => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN + PASSING });
  const argv = ["test", at("p.edgepolicy"), "--coverage", "--lcov", at("lcov.info")];
  const { status, stdout } = await edgepolicy(argv);
  expect(status).toBe(0);
  expect(stdout).toMatch(/coverage of .*\n {2}rules matched +1 of 1 +100 %\n/);
  expect(stdout).toContain("limit `pace` never refuses\n");
  const lcov = textOf(at("lcov.info"));
  expect(lcov).toContain(`SF:${at("p.edgepolicy")}\n`);
  expect(lcov).toContain("FNDA:1,stuffing\n");
  const json = JSON.parse((await edgepolicy([...argv, "--format", "json"])).stdout) as object;
  expect(json).toMatchObject({ coverage: [{ rules: { covered: 1, total: 1 }, limits: { covered: 1, total: 2 } }] });
});

test("prints JUnit", async () => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN + FAILING });
  const { status, stdout } = await edgepolicy(["test", at("p.edgepolicy"), "--format", "junit"]);
  expect(status).toBe(1);
  expect(stdout).toMatch(/^<\?xml [\s\S]*<testsuite name=".*" tests="1" failures="1"[\s\S]*<\/testsuites>\n$/);
});

test("a reload step finds its file beside the policy", async () => {
  const reloading = `
test "the limit goes" {
  at 0s repeat 10 every 0s POST "/v1/login" from 203.0.113.9 expect allow
  at 1s POST "/v1/login" from 203.0.113.9 expect throttle by pace
  at 2s reload "next.edgepolicy"
  at 3s POST "/v1/login" from 203.0.113.9 expect allow
}
`;
  const next = SIGN_IN.replace(/limit pace .*\n/, "");
  const at = folderWith({ "p.edgepolicy": SIGN_IN + reloading, "next.edgepolicy": next });
  const { status, stdout } = await edgepolicy(["test", at("p.edgepolicy")]);
  expect([status, stdout]).toEqual([0, expect.stringContaining("1 passed")]);
});

test.each([
  [["test"], "test: FILE is missing"],
  [["test", "nowhere.edgepolicy"], "nowhere.edgepolicy: there is no such file"],
  [["test", "p", "--format", "sarif"], "--format sarif: expected text or json or junit"],
])("%j cannot run", async (argv, message) => {
  const { status, stderr } = await edgepolicy(argv);
  expect(status).toBe(2);
  expect(stderr).toContain(message);
});

test("a policy with errors is exit 1, a tracefile that cannot be written exit 2", async () => {
  const at = folderWith({
    "wrong.edgepolicy": SIGN_IN.replace("fails > 2", "failz > 2"),
    "p.edgepolicy": SIGN_IN + PASSING,
  });
  expect((await edgepolicy(["test", at("wrong.edgepolicy")])).status).toBe(1);
  const own = await edgepolicy(["test", at("p.edgepolicy"), "--lcov", at("p.edgepolicy")]);
  expect(own).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("would overwrite a file that was read") as string,
  });
  const unwritable = await edgepolicy(["test", at("p.edgepolicy"), "--lcov", at("no/such/folder/lcov.info")]);
  expect(unwritable).toMatchObject({ status: 2, stderr: expect.stringContaining("there is no folder") as string });
});
