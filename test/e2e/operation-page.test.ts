/** Runs what docs/operation.md shows: its calls of the admin interface in their order, its options, its unit and its Dockerfile. */
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type Block, readBlocks } from "../helpers/markdown.ts";
import { edgepolicy, folderWith, serve, shell } from "./program.ts";

const root = new URL("../../", import.meta.url).pathname;
const page = readFileSync(join(root, "docs/operation.md"), "utf8");
const blocks = readBlocks(page);

function textsOf(language: string): readonly string[] {
  return blocks.filter((block: Block) => block.language === language).map(({ text }) => text);
}

test("its calls do what they say, in their order", { timeout: 120_000 }, async () => {
  const cwd = folderWith();
  cpSync(join(root, "examples"), join(cwd, "examples"), { recursive: true });
  const { adminUrl } = await serve(["examples/orders/orders.edgepolicy", "--data", "data"], { cwd });
  const calls = textsOf("sh").flatMap((text) => text.split("\n").filter((line) => line.startsWith("curl ")));
  expect(calls.length).toBeGreaterThan(12);
  for (const call of calls) {
    const line = call
      .replaceAll("http://127.0.0.1:8081", adminUrl ?? "")
      .replace("curl ", "curl -sS --fail-with-body ");
    const { status, stdout, stderr } = shell(line, { cwd });
    expect({ call, status, said: `${stdout}${stderr}` }).toMatchObject({
      status: 0,
      said: expect.stringContaining("{") as string,
    });
  }
  const verified = edgepolicy(["audit", "verify", "data"], { cwd });
  expect(verified).toMatchObject({ status: 0, stdout: expect.stringContaining("data is whole") as string });
});

test("its metrics are there", { timeout: 60_000 }, async () => {
  const cwd = folderWith();
  cpSync(join(root, "examples"), join(cwd, "examples"), { recursive: true });
  const argv = ["examples/orders/orders.edgepolicy", "--state", "state", "--upstream", "http://127.0.0.1:9"];
  const { adminUrl } = await serve(argv, { cwd });
  const metrics = await (await fetch(`${adminUrl}/metrics`)).text();
  const named = new Set(page.match(/edgepolicy_[a-z_]+(?=`)/g));
  expect(named.size).toBeGreaterThan(20);
  for (const name of named) expect(metrics, name).toContain(`# TYPE ${name} `);
});

test("its options are read", () => {
  const [options = ""] = textsOf("yaml");
  const cwd = folderWith({ "serve.yaml": options, "m.rossi.token": "rossi-0123456789abcdef\n" });
  const env = { DASHBOARD_TOKEN: "dashboard-0123456789" };
  const { status, stdout } = edgepolicy(["serve", "--config", "serve.yaml", "--print-config"], { cwd, env });
  expect(status).toBe(0);
  expect(stdout).toContain("name: m.rossi");
});

const canVerify = spawnSync("systemd-analyze", ["--version"]).status === 0;
test.skipIf(!canVerify)("its unit is one that systemd takes", () => {
  const [unit = ""] = textsOf("ini");
  const cwd = folderWith();
  // Only the program itself is not where the unit says.
  writeFileSync(join(cwd, "edgepolicy.service"), unit.replace("/usr/bin/edgepolicy", "/bin/true"));
  const { status, stderr } = spawnSync("systemd-analyze", ["verify", "./edgepolicy.service"], {
    cwd,
    encoding: "utf8",
  });
  expect({ status, own: stderr.split("\n").filter((line) => line.includes("edgepolicy.service")) }).toEqual({
    status: 0,
    own: [],
  });
});

test("its container starts as it says", { timeout: 60_000 }, async () => {
  const [dockerfile = ""] = textsOf("dockerfile");
  const argvOf = (instruction: string): readonly string[] =>
    JSON.parse(
      dockerfile
        .split("\n")
        .find((line) => line.startsWith(`${instruction} [`))
        ?.slice(instruction.length) ?? "",
    );
  const [program, command, ...rest] = [...argvOf("ENTRYPOINT"), ...argvOf("CMD")];
  expect([program, command]).toEqual(["edgepolicy", "serve"]);
  const cwd = folderWith({ "policy/serve.yaml": "policy: orders.edgepolicy\n" });
  cpSync(join(root, "examples/orders"), join(cwd, "policy"), { recursive: true });
  mkdirSync(join(cwd, "data"));
  const { url } = await serve(
    rest.map((word) => word.replace(/^\/(policy|data)/, (path) => cwd + path)),
    { cwd },
  );
  expect(
    (await fetch(`${url}/authz/json`, { method: "POST", body: '{"method":"GET","path":"/","ip":"192.0.2.1"}' })).status,
  ).toBe(200);
  expect(readdirSync(join(cwd, "data"))).toEqual(expect.arrayContaining(["audit.pub", "edgepolicy.db"]));
});

const INSTRUCTIONS = ["FROM", "RUN", "USER", "COPY", "VOLUME", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"];
test("its Dockerfile has instructions that there are, with arguments in their form", () => {
  const [dockerfile = ""] = textsOf("dockerfile");
  for (const line of dockerfile.split("\n")) {
    const [instruction = "", ...rest] = line.split(" ");
    expect(INSTRUCTIONS).toContain(instruction);
    const array = rest.join(" ").replace(/^CMD /, "");
    if (array.startsWith("[")) expect(Array.isArray(JSON.parse(array)), line).toBe(true);
  }
});
