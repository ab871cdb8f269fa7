/** `edgepolicy simulate`. */
import { symlinkSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { edgepolicy, folderWith, SIGN_IN, textOf } from "../run.ts";

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

function scenario(name: string, expectation: string): string {
  return `scenario ${name} {
  run 2m
  seeds 3
  population partners = steady { clients [acme_sync]  rate 1 per 1s each  mix home 100% }
  attack stuffers = credential_stuffing { target login  sources 2  rate 2 per 1s  from 10s to 100s  success 0% }
  expect ${expectation}
}
`;
}

const POLICY = `${SIGN_IN}
route home = GET "/"

clients from "clients.yaml"

${scenario("held", "stuffers.admitted < 50%")}
${scenario("failed", "stuffers.admitted < 1%")}`;

const FILES = { "p.edgepolicy": POLICY, "clients.yaml": CLIENTS };

interface Report {
  readonly held: boolean;
  readonly scenarios: readonly {
    readonly scenario: string;
    readonly held: boolean;
    readonly seeds: readonly number[];
  }[];
}

async function report(argv: readonly string[]): Promise<Report> {
  return JSON.parse((await edgepolicy(["simulate", ...argv, "--format", "json"])).stdout) as Report;
}

test("exits 0 where every expectation holds, and prints how to replay it", async () => {
  const at = folderWith(FILES);
  const { status, stdout, stderr } = await edgepolicy(["simulate", at("p.edgepolicy"), "--scenario", "held"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("HOLDS");
  expect(stdout).toContain(`edgepolicy simulate ${at("p.edgepolicy")} --scenario held --seed `);
  expect(stdout).not.toContain("\u001B");
});

test("exits 1 where one fails, and runs every scenario unless one is named", async () => {
  const at = folderWith(FILES);
  const { status, stdout } = await edgepolicy(["simulate", at("p.edgepolicy")]);
  expect(status).toBe(1);
  expect(stdout).toMatch(/HOLDS {2}held[\s\S]*FAILS {2}failed/);
  expect((await report([at("p.edgepolicy")])).scenarios).toMatchObject([
    { scenario: "held", held: true, seeds: [1, 2, 3] },
    { scenario: "failed", held: false },
  ]);
});

test("takes seeds from the command line", async () => {
  const at = folderWith(FILES);
  const base = [at("p.edgepolicy"), "--scenario", "held"];
  expect(await report([...base, "--seed", "7"])).toMatchObject({ held: true, scenarios: [{ seeds: [7] }] });
  expect(await report([...base, "--seeds", "2"])).toMatchObject({ scenarios: [{ seeds: [1, 2] }] });
  expect(await report([...base, "--seed", "7", "--seeds", "2"])).toMatchObject({ scenarios: [{ seeds: [7, 8] }] });
});

test("gives the same bytes for the same seed", async () => {
  const at = folderWith(FILES);
  const argv = ["simulate", at("p.edgepolicy"), "--scenario", "held", "--seed", "5", "--format", "json"];
  expect(await edgepolicy(argv)).toEqual(await edgepolicy(argv));
});

test("writes every decision to a file", async () => {
  const at = folderWith(FILES);
  const base = [at("p.edgepolicy"), "--scenario", "held", "--seeds", "2"];
  const { scenarios } = await report([...base, "--decisions", at("decisions.ndjson")]);
  const lines = textOf(at("decisions.ndjson")).trimEnd().split("\n");
  expect(lines.length).toBe((scenarios[0] as unknown as { requests: number }).requests);
  const decisions = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  expect(decisions[0]).toMatchObject({ scenario: "held", seed: 1, n: 1, origin: "partners", method: "GET", path: "/" });
  expect(
    decisions.some(({ verdict, by, origin }) => verdict === "block" && by === "stuffing" && origin === "stuffers"),
  ).toBe(true);
  expect(decisions.at(-1)).toMatchObject({ seed: 2 });
});

test("says which scenarios there are where it does not know one, or that there is none", async () => {
  const at = folderWith({ ...FILES, none: SIGN_IN });
  const unknown = await edgepolicy(["simulate", at("p.edgepolicy"), "--scenario", "hled"]);
  expect(unknown.status).toBe(2);
  expect(unknown.stderr).toMatch(/no scenario `hled`; did you mean `held`\?\n.*held, failed/);
  const none = await edgepolicy(["simulate", at("none")]);
  expect(none.status).toBe(2);
  expect(none.stderr).toContain("declares no scenario");
});

test("cannot run where the decisions cannot be written", async () => {
  const at = folderWith(FILES);
  const { status, stderr } = await edgepolicy(["simulate", at("p.edgepolicy"), "--decisions", at("no/such/folder")]);
  expect(status).toBe(2);
  expect(stderr).toContain(`${at("no/such/folder")}: there is no folder \`${at("no/such")}\``);
});

test("writes a page over all scenarios, the same bytes each time, and says where", async () => {
  const at = folderWith(FILES);
  const argv = ["simulate", at("p.edgepolicy"), "--seeds", "2", "--report", at("report.html")];
  const { status, stdout } = await edgepolicy(argv);
  expect(status).toBe(1);
  expect(stdout).toContain(`Report     ${at("report.html")}\n`);
  const page = textOf(at("report.html"));
  expect(page).toMatch(/^<!doctype html>/);
  expect(page).toMatch(/<h2 id="s1">held<\/h2>[\s\S]*<h2 id="s2">failed<\/h2>/);
  expect((await edgepolicy([...argv, "--format", "json"])).stdout).toMatch(/^\{"held":false/);
  expect(textOf(at("report.html"))).toBe(page);
});

test("says before it runs anything that a report has no place", async () => {
  const at = folderWith(FILES);
  const base = ["simulate", at("p.edgepolicy"), "--report"];
  expect(await edgepolicy([...base, at("nowhere/report.html")])).toMatchObject({
    ...{ status: 2, stdout: "" },
    stderr: expect.stringContaining(`there is no folder \`${at("nowhere")}\``) as string,
  });
  const { status, stderr } = await edgepolicy([...base, at(".")]);
  expect({ status, stderr }).toMatchObject({ status: 2, stderr: expect.stringContaining("is a directory") as string });
});

test("writes JUnit for continuous integration", async () => {
  const at = folderWith(FILES);
  const { status, stdout } = await edgepolicy(["simulate", at("p.edgepolicy"), "--format", "junit"]);
  expect(status).toBe(1);
  expect(stdout).toContain('<testsuites name="edgepolicy" tests="2" failures="1" errors="0">');
  expect(stdout).toMatch(/<failure type="expectation" message="measured [\d.]+ %: [\d.]+ %, not &lt; 1 %">/);
});

test("an advisory expectation that fails is told and changes nothing", async () => {
  const advisory = POLICY.replace("expect stuffers.admitted < 1%", "expect stuffers.admitted < 1% advisory");
  const at = folderWith({ ...FILES, "p.edgepolicy": advisory });
  const { status, stdout } = await edgepolicy(["simulate", at("p.edgepolicy"), "--scenario", "failed"]);
  expect(status).toBe(0);
  expect(stdout).toContain("0 of 1 expectation holds over 3 seeds; 1 that does not is advisory");
  expect(stdout).toContain("! stuffers.admitted < 1% advisory");
});

test("reckons an attacker's cost with the prices given", async () => {
  const at = folderWith(FILES);
  const argv = ["simulate", at("p.edgepolicy"), "--scenario", "held", "--price", "credential=1", "--price", "hour=0"];
  const { scenarios } = JSON.parse((await edgepolicy([...argv, "--format", "json"])).stdout);
  const [attack] = scenarios[0].attacks;
  expect(scenarios[0].prices).toEqual({ proxyGb: 3, requestKb: 6, credential: 1, solve: 0.00003, hour: 0 });
  expect(attack.cost.dollars).toBeCloseTo(attack.cost.requests * (1 + 18e-6), 6);
  expect(attack.unopposed.requests).toBeGreaterThanOrEqual(attack.cost.requests);
});

test.each([
  ["proxy_g=3", "--price proxy_g: there is no such price; did you mean `proxy_gb`?"],
  ["hour=-1", "--price hour=-1: not a number from 0 to 1000000000"],
  ["hour", "--price hour: not a number from 0 to 1000000000"],
])("--price %s is told off", async (price, message) => {
  const at = folderWith(FILES);
  const { status, stderr } = await edgepolicy(["simulate", at("p.edgepolicy"), "--price", price]);
  expect(status).toBe(2);
  expect(stderr).toContain(message);
});

test("writes the same bytes with any number of workers", { timeout: 60_000 }, async () => {
  const at = folderWith(FILES);
  const [one, two] = await Promise.all(
    [1, 2].map(async (workers) => {
      const out = at(`decisions-${workers}.ndjson`);
      const argv = [
        "simulate",
        at("p.edgepolicy"),
        "--workers",
        String(workers),
        "--decisions",
        out,
        "--format",
        "json",
      ];
      return { ...(await edgepolicy(argv)), decisions: textOf(out) };
    }),
  );
  expect(two).toEqual(one);
  expect(one!.decisions.split("\n").length).toBeGreaterThan(1000);
});

test("a number of workers that makes no sense is told off", async () => {
  const at = folderWith(FILES);
  const { status, stderr } = await edgepolicy(["simulate", at("p.edgepolicy"), "--workers", "0"]);
  expect({ status, stderr }).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("--workers 0: not a whole number"),
  });
});

const HARMFUL = POLICY.replace("scenario held", "limit tight on home per ip allow 6 per 1m\n\nscenario held").replace(
  "expect stuffers.admitted < 50%",
  "expect partners.harmed = 0",
);

test("--minimize prints a test that fails as the policy is, and passes when it is mended", async () => {
  const at = folderWith({ ...FILES, "p.edgepolicy": HARMFUL });
  const { status, stdout } = await edgepolicy(["simulate", at("p.edgepolicy"), "--scenario", "held", "--minimize"]);
  expect(status).toBe(1);
  expect(stdout).toMatch(/^\/\/ Scenario held, seed \d: `partners\.harmed = 0` fails\.\n/);
  expect(stdout).toContain(`// edgepolicy simulate ${at("p.edgepolicy")} --scenario held --seed`);
  expect(stdout).toMatch(/test "partners: acme_sync is let through \(held, seed \d\)" \{[^}]*expect allow\n\}\n$/);
  const files = {
    ...FILES,
    bad: `${HARMFUL}\n${stdout}`,
    good: `${HARMFUL.replace("allow 6", "allow 600")}\n${stdout}`,
  };
  const other = folderWith(files);
  expect((await edgepolicy(["fmt", "--check", other("bad")])).stderr).toBe("");
  expect((await edgepolicy(["test", other("bad")])).status).toBe(1);
  expect((await edgepolicy(["test", other("good")])).status).toBe(0);
});

test("--minimize gives data too, and says what it has no test for", async () => {
  const at = folderWith({ ...FILES, "p.edgepolicy": HARMFUL });
  const json = await edgepolicy(["simulate", at("p.edgepolicy"), "--minimize", "--format", "json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    schema: "edgepolicy.minimized/1",
    held: false,
    tests: [
      { scenario: "held", kind: "harm", who: "acme_sync", by: "tight", verdict: "throttle", minimal: true },
      { scenario: "failed", kind: "abuse", who: "stuffers", expectation: "stuffers.admitted < 1%" },
    ],
  });
  const held = await edgepolicy(["simulate", folderWith(FILES)("p.edgepolicy"), "--scenario", "held", "--minimize"]);
  expect(held).toEqual({ status: 0, stdout: "", stderr: "every expectation holds: there is nothing to minimize\n" });
  const more = HARMFUL.replace("expect partners.harmed = 0", "expect partners.harmed > 5");
  const none = await edgepolicy([
    "simulate",
    folderWith({ ...FILES, p: more })("p"),
    "--scenario",
    "held",
    "--minimize",
  ]);
  expect(none).toMatchObject({ status: 1, stdout: "" });
  expect(none.stderr).toMatch(/^held: no test for `partners\.harmed > 5`: it asks for more/);
});

test("prints populations that are fitted to a log, which check takes", async () => {
  const request = (second: number, client: string | null): string =>
    JSON.stringify({ at: second * 1_000, method: "GET", path: "/", ip: "203.0.113.9", client: client ?? undefined });
  const log = Array.from({ length: 300 }, (_, index) => request(index * 3 + (index % 7) / 9, "acme_sync"));
  const at = folderWith({ ...FILES, log: [...log, request(901, null)].join("\n"), strangers: request(1, null) });
  writeFileSync(at("one"), request(5, "acme_sync"));
  writeFileSync(at("moment"), [request(5, "acme_sync"), request(5, "acme_sync"), request(5, null)].join("\n"));
  const { status, stdout, stderr } = await edgepolicy(["simulate", at("p.edgepolicy"), "--fit", at("log")]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  expect(stdout).toContain("// 1 request of callers that no client of the inventory is known to be");
  expect(stdout).toContain("population batch_1 = batch { clients [acme_sync]  rate 1199 per 1h each  mix home 100% }");
  expect(stdout).toContain("// Not fitted: drift of a rate over hours; each rate is the mean over the whole log.");
  expect(stdout).toContain(
    "// Not fitted: when a client first appears; each sends from the start, unless `joins` says otherwise.",
  );
  expect(stdout).toContain("// Not fitted: retries of clients; they count as requests");
  const json = await edgepolicy(["simulate", at("p.edgepolicy"), "--fit", at("log"), "--format", "json"]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    ...{ schema: "edgepolicy.fit/1", requests: 301, strangers: 1, scenario: stdout },
    populations: [{ model: "batch", clients: ["acme_sync"], requests: 300 }],
    notFitted: [
      { what: "drift of a rate over hours" },
      { what: "when a client first appears" },
      { what: "retries of clients" },
    ],
  });
  writeFileSync(at("bad"), [...log, "garbage"].join("\n"));
  const skipping = ["simulate", at("p.edgepolicy"), "--fit", at("bad"), "--skip-bad"];
  expect((await edgepolicy(skipping)).stdout).toContain(
    "// 1 line of the log that could not be read: in no population.",
  );
  expect(JSON.parse((await edgepolicy([...skipping, "--format", "json"])).stdout)).toMatchObject({ skipped: 1 });
  writeFileSync(at("with.edgepolicy"), `${POLICY}\n${stdout}`);
  expect(await edgepolicy(["check", at("with.edgepolicy")])).toMatchObject({ status: 0 });
  expect(await edgepolicy(["simulate", at("with.edgepolicy"), "--scenario", "fitted", "--seeds", "1"])).toMatchObject({
    status: 0,
  });
  for (const [argv, message] of [
    [["--fit", at("strangers")], "no request of a client that"],
    [["--fit", at("one")], "it has one request, so no rate can be told"],
    [["--fit", at("moment")], "all 3 requests are of one moment, so no rate can be told"],
    [["--fit", at("log"), "--seeds", "3"], "--fit runs nothing, so --seeds means nothing"],
    [["--fit", at("log"), "--format", "junit"], "--fit has no --format junit"],
    [["--fit", at("missing")], "there is no such file"],
  ] as const) {
    const failed = await edgepolicy(["simulate", at("p.edgepolicy"), ...argv]);
    expect(failed.status).toBe(2);
    expect(failed.stderr).toContain(message);
  }
});

test("--against puts into the report what the change from another policy turns, and goes with a report alone", async () => {
  const at = folderWith({ ...FILES, "old.edgepolicy": POLICY, "p.edgepolicy": HARMFUL });
  const base = ["simulate", at("p.edgepolicy"), "--seeds", "1", "--against", at("old.edgepolicy")];
  expect((await edgepolicy([...base, "--report", at("out.html")])).status).toBe(1);
  const page = textOf(at("out.html"));
  expect(page.match(/Compared with another policy<\/h3>/g)).toHaveLength(2);
  expect(page).toMatch(/[1-9]\d* of honest callers newly refused/);
  const [before, now] = ["old.edgepolicy", "p.edgepolicy"].map((name) => `<b>sign-in</b> in <code>${at(name)}</code>`);
  expect(page.replaceAll(/ \([0-9a-f]{12}\)/g, "")).toContain(`From ${before} to ${now}.`);
  expect(await edgepolicy(base)).toMatchObject({
    ...{ status: 2, stdout: "" },
    stderr: expect.stringContaining("--against goes with --report") as string,
  });
});

test("lists the numbers that can be swept", async () => {
  const at = folderWith(FILES);
  const { status, stdout } = await edgepolicy(["simulate", at("p.edgepolicy"), "--sweep", "list"]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^limit \w+\.rate +\d+\n/m);
  const json = await edgepolicy(["simulate", at("p.edgepolicy"), "--sweep", "list", "--format", "json"]);
  const { literals } = JSON.parse(json.stdout) as { literals: readonly { name: string; current: string }[] };
  expect(stdout.trimEnd().split("\n")).toHaveLength(literals.length);
});

test("says so where no number can be swept", async () => {
  const text = `policy "p" { default allow }\nidentity { api_key { header "x-api-key" } }\nclients from "clients.yaml"\nroute home = GET "/"\nscenario s { run 1m\npopulation p = steady { clients [acme_sync] rate 1 per 1s each mix home 100% } }`;
  const at = folderWith({ ...FILES, "p.edgepolicy": text });
  const sweep = (name: string): Promise<unknown> => edgepolicy(["simulate", at("p.edgepolicy"), "--sweep", name]);
  const why = "none of its conditions and clauses has a number to vary";
  const [list, one] = [await sweep("list"), await sweep("a=1..2")];
  expect(list).toEqual({ status: 0, stdout: "", stderr: `${at("p.edgepolicy")}: ${why}\n` });
  expect(one).toMatchObject({ status: 2, stderr: expect.stringContaining(why) as string });
});

test("sweeps one number over the scenario that is named", { timeout: 60_000 }, async () => {
  const at = folderWith(FILES);
  const base = ["simulate", at("p.edgepolicy"), "--scenario", "held", "--seeds", "2", "--workers", "1", "--sweep"];
  const name = "RATE=1..100:3";
  const { stdout: list } = await edgepolicy(["simulate", at("p.edgepolicy"), "--sweep", "list"]);
  const rate = /^(limit \w+\.rate) /m.exec(list)![1]!;
  const { status, stdout } = await edgepolicy([...base, name.replace("RATE", rate)]);
  expect(status).toBe(0);
  expect(stdout).toContain(`${rate}, now `);
  expect(stdout).toMatch(/abuse admitted\n[\s\S]*honest clients harmed\n[\s\S]*▲/);
  const json = await edgepolicy([...base, name.replace("RATE", rate), "--format", "json"]);
  const { sweeps } = JSON.parse(json.stdout);
  expect(sweeps).toHaveLength(1);
  expect(sweeps[0].points.length).toBeGreaterThanOrEqual(3);
});

test.each([
  [["--sweep", "nothing=1..2"], "the policy has no number `nothing`"],
  [["--sweep", "NAME"], "there is no range"],
  [["--sweep", "NAME=9..1"], "the range `9..1` does not ascend"],
  [["--sweep", "NAME=1..9", "--decisions", "x"], "--decisions does not go with --sweep or --suggest"],
  [["--suggest", "--format", "junit"], "--format junit does not go with --sweep or --suggest"],
  [["--sweep", "list", "--budget", "3"], "--budget goes with --suggest"],
])("a sweep that cannot be done exits 2: %j", async (argv, message) => {
  const at = folderWith(FILES);
  const { stdout } = await edgepolicy(["simulate", at("p.edgepolicy"), "--sweep", "list"]);
  const rate = /^(limit \w+\.rate) /m.exec(stdout)![1]!;
  const { status, stderr } = await edgepolicy([
    "simulate",
    at("p.edgepolicy"),
    ...argv.map((arg) => arg.replace("NAME", rate)),
  ]);
  expect(status).toBe(2);
  expect(stderr).toContain(message);
});

test("suggests values, and exits 1 where none does", { timeout: 60_000 }, async () => {
  const at = folderWith(FILES);
  const base = ["simulate", at("p.edgepolicy"), "--seeds", "2", "--workers", "1", "--suggest", "--scenario"];
  expect(await edgepolicy([...base, "held"])).toMatchObject({
    ...{ status: 0, stdout: expect.stringContaining("nothing to propose") as string },
  });
  const failing = await edgepolicy([...base, "failed", "--budget", "2"]);
  expect(failing.status).toBe(1);
  expect(failing.stdout).toContain("1 of 1 expectation fails now: stuffers.admitted < 1%");
  expect(failing.stdout).toMatch(/^no proposal: none of 2 variants tried makes all hold$/m);
});

test("a policy with errors exits 2: status 1 is a failed expectation", async () => {
  const at = folderWith({ ...FILES, "p.edgepolicy": POLICY.replace("from 10s to 100s", "from 10s to 10m") });
  const { status, stdout, stderr } = await edgepolicy(["simulate", at("p.edgepolicy")]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(/p\.edgepolicy has 1 error\n {2}nothing was run: mend the policy first\n$/);
});

test.each([
  ["the policy", ["--report", "p.edgepolicy"], "would overwrite a file that was read"],
  ["the inventory", ["--decisions", "clients.yaml"], "would overwrite a file that was read"],
  ["the policy by another way", ["--decisions", "link"], "would overwrite a file that was read"],
  ["one file twice", ["--decisions", "out", "--report", "out"], "both write"],
  ["decisions to a name that means a stream", ["--decisions", "-"], "--decisions -: it writes a file"],
  ["a page to one", ["--report", "-"], "--report -: it writes a file"],
  [
    "old decisions before the report has no place",
    ["--decisions", "old", "--report", "no/report.html"],
    "there is no folder",
  ],
])("never overwrites %s", async (_what, argv, message) => {
  const files = { ...FILES, old: "kept" };
  const at = folderWith(files);
  symlinkSync(at("p.edgepolicy"), at("link"));
  const words = argv.map((word) => (word.startsWith("-") ? word : at(word)));
  const { status, stdout, stderr } = await edgepolicy(["simulate", at("p.edgepolicy"), ...words]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(message);
  for (const [name, text] of Object.entries(files)) expect(textOf(at(name))).toBe(text);
});

test.each([
  [["--skip-bad"], "--skip-bad goes with --fit"],
  [["--map", "map.yaml"], "--map goes with --fit"],
  [["--budget", "3"], "--budget goes with --suggest"],
  [["--minimize", "--report", "r.html"], "--report means nothing beside it"],
  [["--minimize", "--format", "junit"], "--minimize has no --format junit"],
])("refuses options that would be ignored: %j", async (argv, message) => {
  const at = folderWith(FILES);
  const { status, stdout, stderr } = await edgepolicy(["simulate", at("p.edgepolicy"), ...argv]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(message);
});
