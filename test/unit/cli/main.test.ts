/** The frame around the commands: finding them, their options, help, and exit statuses. */
import { describe, expect, test } from "vitest";
import { COMMANDS } from "../../../cli/commands.ts";
import { edgepolicy, folderWith, SIGN_IN } from "./run.ts";

test("says what there is when no command is given", async () => {
  const { status, stdout, stderr } = await edgepolicy([]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain("usage: edgepolicy COMMAND");
});

test("prints its help with every command and an example", async () => {
  const { status, stdout, stderr } = await edgepolicy(["--help"]);
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  for (const { name, summary } of COMMANDS) expect(stdout).toMatch(new RegExp(`^  ${name} +${summary}$`, "m"));
  expect(stdout).toContain("example:\n  edgepolicy ");
});

describe.each(COMMANDS.map(({ name }) => name))("%s --help", (name) => {
  test("shows usage, every option and an example that uses the command", async () => {
    const { status, stdout } = await edgepolicy([name, "--help"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(new RegExp(`^usage: edgepolicy ${name} `));
    expect(stdout).toMatch(new RegExp(`^examples?:\\n  edgepolicy ${name} `, "m"));
    // What `lsp` prints is for an editor alone.
    if (name !== "lsp") expect(stdout).toContain("--format text|json");
  });

  test("fits 120 columns, examples aside", async () => {
    const { stdout } = await edgepolicy([name, "--help"]);
    const wide = stdout.split("\n").filter((line) => line.length > 120 && !line.startsWith("  edgepolicy "));
    expect(wide).toEqual([]);
  });

  test("is the same through `help`", async () => {
    expect(await edgepolicy(["help", name])).toEqual(await edgepolicy([name, "--help"]));
  });
});

test("an option with many choices has a line of its own, and the texts of all begin in one column", async () => {
  const { stdout } = await edgepolicy(["replay", "--help"]);
  const lines = stdout.split("\n");
  const long = lines.indexOf(
    "  --log-format combined|nginx|nginx-json|caddy|traefik|envoy-json|elb|w3c|cloudtrail|decisions|ndjson",
  );
  const columns = [lines[long + 1], lines[long + 2]].map((line) => line?.search(/(?<= {3,})\S/) ?? 0);
  expect(lines[long + 1]).toMatch(/^ +the format of the logs/);
  expect(lines[long + 2]).toMatch(/^ {2}--map FILE +a mapping/);
  expect(columns).toEqual([columns[1], lines[long + 2]?.indexOf("a mapping")]);
});

test("prints the versions of itself, Node.js and the transport", async () => {
  const { status, stdout } = await edgepolicy(["--version"]);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^edgepolicy \d+\.\d+\.\d+ \(Node\.js v\d+\.\d+\.\d+, uWebSockets\.js (\d|does not).*\)\n$/);
});

test.each([
  ["a command it does not know", ["chek", "f"], "no command `chek`; did you mean `check`?"],
  ["one that resembles nothing", ["zzzzzz"], "no command `zzzzzz`\n"],
  ["an option before the command", ["--format", "json", "check"], "options stand after the command"],
  [
    "an option it does not know",
    ["check", "--fromat", "json", "f"],
    "unknown option `--fromat`; did you mean `--format`?",
  ],
  ["a short option", ["check", "-x", "f"], "unknown option `-x`"],
  [
    "a value it does not know",
    ["check", "--format", "jsn", "f"],
    "--format jsn: expected text or json or sarif; did you mean `json`?",
  ],
  ["a format that another command has", ["fmt", "--format", "sarif", "f"], "--format sarif: expected text or json"],
  ["an argument that is empty", ["init", ""], "an argument is empty\n  a variable of the shell may not be set"],
  [
    "an action without its file",
    ["audit", "verify"],
    "the folder of --data, or a file of what /v1/audit gave, is missing",
  ],
  ["a caller it does not know", ["check", "--via", "nginx,envoi", "f"], "did you mean `envoy`?"],
  ["a missing value", ["check", "f", "--format"], "--format needs a value: --format text|json|sarif"],
  ["a value that is the next option", ["simulate", "f", "--seed", "--format", "json"], "--seed needs a value"],
  ["a flag with a value", ["check", "--cost=yes", "f"], "--cost takes no value"],
  ["an option given twice", ["check", "--format", "json", "--format=text", "f"], "--format is given twice"],
  ["a missing file name", ["check"], "FILE is missing"],
  ["an argument too many", ["decide", "a", "b"], "unexpected argument `b`"],
  ["a number that is none", ["simulate", "f", "--seeds", "many"], "--seeds many: not a whole number from 1 to 10000"],
  ["a number out of range", ["simulate", "f", "--seeds=0"], "--seeds 0: not a whole number from 1 to 10000"],
])("refuses %s with exit 2", async (_, argv, message) => {
  const { status, stdout, stderr } = await edgepolicy(argv);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(message);
});

test.each(["check", "fmt", "test", "audit", "serve", "simulate"])(
  "%s of an inventory says whose file it is",
  async (command) => {
    const at = folderWith({ "clients.yaml": "clients: []\n" });
    const { status, stdout, stderr } = await edgepolicy([command, at("clients.yaml")]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toContain("clients.yaml: by its name it is YAML, not a policy\n  name the policy instead: ");
  },
);

test("takes everything after `--` as an argument", async () => {
  const { stderr } = await edgepolicy(["check", "--", "--help"]);
  expect(stderr).toContain("--help: there is no such file");
});

test("colours diagnostics on a terminal alone, and not where NO_COLOR is set", async () => {
  const at = folderWith({ "p.edgepolicy": SIGN_IN.replace("fails > 2", "failz > 2") });
  const argv = ["check", at("p.edgepolicy")];
  expect((await edgepolicy(argv, { terminal: true })).stderr).toContain("\u001B[1;31merror");
  for (const world of [{}, { terminal: true, env: { NO_COLOR: "1" } }, { terminal: true, env: { TERM: "dumb" } }]) {
    const { stderr } = await edgepolicy(argv, world);
    expect(stderr).toContain("error[EP");
    expect(stderr).not.toContain("\u001B");
  }
});
