/** `edgepolicy diff`. */
import { expect, test } from "vitest";
import { edgepolicy, folderWith, type Printed, SIGN_IN } from "../run.ts";

const CLIENTS = `teams:
  - { id: team-edge, contact: "mailto:edge@example.com", people: [m.rossi] }
people:
  - { id: m.rossi, active: true }
clients:
  - id: acme_sync
    kind: partner
    purpose: orders
    owner: { team: team-edge, accountable: m.rossi }
    environment: prod
    status: active
    expires: 2090-06-30
    review_by: 2090-03-31
    operations: "*"
    networks: [203.0.113.0/26]
`;
const WITH_SCENARIO = `${SIGN_IN}
route home = GET "/"

clients from "clients.yaml"

scenario crowd {
  run 2m
  seeds 2
  population partners = steady { clients [acme_sync]  rate 1 per 1s each  mix home 100% }
  attack stuffers = credential_stuffing { target login  sources 2  rate 2 per 1s  from 10s to 100s  success 0% }
}
`;
const LOOSER = (policy: string): string => policy.replace("fails > 2", "fails > 20");
const LOG = `${[1, 2, 3, 4]
  .map(
    (second) => `203.0.113.9 - - [17/May/2015:10:05:0${second} +0000] "POST /v1/login HTTP/1.1" 401 100 "-" "curl/8"`,
  )
  .join("\n")}\n`;
const FILES = {
  "clients.yaml": CLIENTS,
  old: LOOSER(WITH_SCENARIO),
  new: WITH_SCENARIO,
  log: LOG,
  broken: "policy",
  torn: `${LOG}203.0.113.9 - - [17/May`,
  empty: "",
  still: `${WITH_SCENARIO}
scenario silent { run 1m  population idle = cron { clients [acme_sync] every 30d mix login 100% } }
`,
};

function run(argv: readonly string[], stdin = ""): Promise<Printed> {
  return edgepolicy(["diff", ...argv], { stdin });
}

test("exits 1 where a verdict changes on a log, with the command to see it again", async () => {
  const at = folderWith(FILES);
  const { status, stdout, stderr } = await run([at("old"), at("new"), "--log", at("log")]);
  expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
  expect(stdout).toMatch(/^CHANGED {2}1 of 4 requests gets another verdict: 1 newly refused\n/);
  expect(stdout).toContain("First-order");
  expect(stdout).toMatch(/changed {2}rule {2}stuffing/);
  expect(stdout).toContain("block by stuffing");
  expect(stdout).toContain(`edgepolicy diff ${at("old")} ${at("new")} --log ${at("log")}`);
});

test("the command to see it again has all that says how the log is read", async () => {
  const identify = "identify:\n  - { client: acme_sync, user_agent: curl/8 }\n";
  const at = folderWith({ ...FILES, "who.yaml": identify });
  const reading = ["--log-format", "combined", "--identify", at("who.yaml"), "--skip-bad"];
  const { stdout } = await run([at("old"), at("new"), "--log", at("log"), "--skip-bad", ...reading.slice(0, -1)]);
  expect(stdout).toContain(`--log ${at("log")} ${reading.join(" ")}\n`);
});

test("exits 0 where nothing changes, and 1 for what --fail-on says", async () => {
  const at = folderWith(FILES);
  const log = ["--log", at("log")];
  expect((await run([at("new"), at("new"), ...log])).status).toBe(0);
  const statusOf = async (...argv: readonly string[]): Promise<number> => (await run([...argv, ...log])).status;
  expect(await statusOf(at("old"), at("new"), "--fail-on", "newly-refused")).toBe(1);
  expect(await statusOf(at("old"), at("new"), "--fail-on", "newly-admitted")).toBe(0);
  expect(await statusOf(at("new"), at("old"), "--fail-on", "newly-refused")).toBe(0);
  expect(await statusOf(at("new"), at("old"), "--fail-on", "newly-admitted")).toBe(1);
  expect(await statusOf(at("old"), at("new"), "--fail-on", "never")).toBe(0);
});

test("compares in a scenario of NEW, over its seeds or those asked for", async () => {
  const at = folderWith(FILES);
  const { status, stdout } = await run([at("old"), at("new"), "--scenario", "crowd", "--format", "json"]);
  expect(status).toBe(1);
  const json = JSON.parse(stdout) as { readonly seeds: readonly number[]; readonly origins: readonly object[] };
  expect(json).toMatchObject({ schema: "edgepolicy.diff/1", kind: "closed-loop", scenarioFrom: "new", seeds: [1, 2] });
  expect(json.origins).toMatchObject([
    { name: "partners", changed: 0 },
    { name: "stuffers", newlyAdmitted: 0 },
  ]);
  const one = await run([at("old"), at("new"), "--scenario", "crowd", "--seed", "7", "--scenario-from", "old"]);
  expect(one.stdout).toContain("scenario crowd of OLD, seed 7");
  expect(one.stdout).toContain("--scenario crowd --scenario-from old --seed 7\n");
});

test("in a scenario --fail-on looks at refusals of honest callers and at admissions of attacks", async () => {
  const closed = WITH_SCENARIO.replace("scenario crowd", "rule closed on home then block\n\nscenario crowd");
  const at = folderWith({ ...FILES, closed });
  const statusOf = async (from: string, to: string, failOn: string): Promise<number> =>
    (await run([at(from), at(to), "--scenario", "crowd", "--seed", "1", "--fail-on", failOn])).status;
  expect(await statusOf("old", "new", "change")).toBe(1);
  expect(await statusOf("old", "new", "newly-refused")).toBe(0);
  expect(await statusOf("new", "old", "newly-admitted")).toBe(1);
  expect(await statusOf("new", "closed", "newly-refused")).toBe(1);
  expect(await statusOf("closed", "new", "newly-admitted")).toBe(0);
  const { stdout } = await run([at("old"), at("closed"), "--scenario", "crowd", "--seed", "1"]);
  expect(stdout).toMatch(/: \d+ of honest callers newly refused, \d+ of attacks newly refused\n/);
});

test("prints Markdown for a pull request, with a command that a shell takes as it stands", async () => {
  const at = folderWith({ ...FILES, "a b'.edgepolicy": LOOSER(WITH_SCENARIO) });
  const { stdout } = await run([at("a b'.edgepolicy"), at("new"), "--log", at("log"), "--format", "markdown"]);
  expect(stdout).toMatch(/^### ⚠️ edgepolicy diff: 1 of 4 requests/);
  expect(stdout).toContain(`diff '${at("a b").replace("'", "'\\''")}'\\''.edgepolicy' ${at("new")} --log`);
});

test("reads standard input once, and says that it cannot explain then", async () => {
  const at = folderWith(FILES);
  const { status, stdout } = await run([at("old"), at("new"), "--log", "-"], LOG);
  expect(status).toBe(1);
  expect(stdout).toContain("not explained: the log can be read only once");
});

test.each([
  ["neither a log nor a scenario", ["old", "new"], "--log or --scenario is missing"],
  ["both", ["old", "new", "--log", "log", "--scenario", "crowd"], "--log and --scenario are two comparisons"],
  ["a seed for a log", ["old", "new", "--log", "log", "--seed", "1"], "--seed goes with --scenario"],
  ["a log format for a scenario", ["old", "new", "--scenario", "crowd", "--skip-bad"], "--skip-bad goes with --log"],
  ["a mapping for a scenario", ["old", "new", "--scenario", "crowd", "--map", "m"], "--map goes with --log"],
  ["a log without a request", ["old", "new", "--log", "empty"], "empty holds no request"],
  ["a scenario without a request", ["still", "still", "--scenario", "silent"], "`silent` sends no request"],
  ["one policy", ["old", "--log", "log"], "NEW is missing"],
  ["a scenario that NEW lacks", ["old", "new", "--scenario", "crwd"], "has no scenario `crwd`; did you mean `crowd`?"],
  ["a log that is not there", ["old", "new", "--log", "missing"], "there is no such file"],
  ["a policy with errors", ["old", "broken", "--log", "log"], "broken has 1 error"],
  ["a policy that is not there", ["nowhere", "new", "--log", "log"], "there is no such file"],
  ["a broken line", ["old", "new", "--log", "torn"], "--skip-bad passes over lines"],
  ["no line of a known format", ["old", "new", "--log", "broken"], "name it with --log-format"],
])("cannot run with %s", async (_what, argv, message) => {
  const at = folderWith(FILES);
  const words = argv.map((word) => (word in FILES || ["missing", "nowhere"].includes(word) ? at(word) : word));
  const { status, stdout, stderr } = await run(words);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(message);
});
