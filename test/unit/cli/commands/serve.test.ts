/** `edgepolicy serve`, in process; signals and the packed program are tested end to end. */
import { once } from "node:events";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished, test } from "vitest";
import { edgepolicy, folderWith, type Printed, SIGN_IN, textOf } from "../run.ts";

const ANY_PORTS = ["--listen", "127.0.0.1:0", "--admin", "127.0.0.1:0"];

interface Started {
  readonly url: string;
  readonly adminUrl: string | null;
}

/** Starts serving, asks something of it, stops it, and gives what was printed. */
async function whileServing(argv: readonly string[], ask: (started: Started) => Promise<void>): Promise<Printed> {
  const stopping = new AbortController();
  const asked: Promise<void>[] = [];
  const onStdout = (text: string): void => {
    asked.push(ask(JSON.parse(text) as Started).finally(() => stopping.abort()));
  };
  const printed = await edgepolicy(["serve", "--format", "json", ...argv], { stop: stopping.signal, onStdout });
  await Promise.all(asked);
  expect(asked.length).toBe(1);
  return printed;
}

test("serves decisions and logs them until it is stopped", async () => {
  const at = folderWith({ p: SIGN_IN });
  const argv = [at("p"), ...ANY_PORTS, "--log", at("log")];
  const { status, stdout } = await whileServing(argv, async ({ url, adminUrl }) => {
    const body = JSON.stringify({ method: "GET", path: "/", ip: "203.0.113.9" });
    const answer = await fetch(`${url}/authz/json`, { method: "POST", body });
    expect(await answer.json()).toMatchObject({ verdict: "allow" });
    expect((await fetch(`${adminUrl}/healthz`)).status).toBe(200);
  });
  expect(status).toBe(0);
  expect(JSON.parse(stdout)).toMatchObject({ policy: { name: "sign-in" } });
  expect(textOf(at("log"))).toContain('"verdict":"allow"');
});

test("says what happens to it as JSON where that is asked for", async () => {
  const at = folderWith({ p: SIGN_IN });
  const argv = [at("p"), ...ANY_PORTS, "--report-format", "json", "--no-watch"];
  const { stderr } = await whileServing(argv, async ({ adminUrl }) => {
    expect((await fetch(`${adminUrl}/v1/reload`, { method: "POST" })).status).toBe(200);
  });
  const told = stderr
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as unknown);
  expect(told).toMatchObject([
    {
      level: "info",
      event: "reload.applied",
      message: expect.stringMatching(/^reload \(.*\) applied, version/) as string,
    },
  ]);
});

test("says that it recognises no client where the policy has no source of identity", async () => {
  const clients = `clients:
  - { id: acme_sync, kind: partner, owner: { team: sales, accountable: m.rossi }, environment: prod, status: active }
`;
  const policy = 'policy "p" { default allow }\nclients from "clients.yaml"\n';
  const told = async (text: string): Promise<string> => {
    const at = folderWith({ p: text, "clients.yaml": clients });
    const { stderr } = await whileServing([at("p"), ...ANY_PORTS, "--report-format", "json"], async () => {});
    return stderr;
  };
  expect(JSON.parse(await told(policy))).toMatchObject({ level: "warning", event: "identity.none" });
  expect(await told(`${policy}identity { api_key { header "x-api-key" } }\n`)).toBe("");
});

test("answers 502 as a problem where the upstream does not, with the decision already logged", async () => {
  const closed = createServer().listen(0, "127.0.0.1");
  await once(closed, "listening");
  const { port } = closed.address() as AddressInfo;
  closed.close();
  const at = folderWith({ p: SIGN_IN });
  const argv = [at("p"), ...ANY_PORTS, "--upstream", `http://127.0.0.1:${port}`, "--log", at("log")];
  await whileServing(argv, async ({ url }) => {
    const answer = await fetch(`${url}/x`);
    expect(answer.status).toBe(502);
    expect(answer.headers.get("content-type")).toContain("application/problem+json");
  });
  expect(textOf(at("log"))).toContain('"verdict":"allow"');
});

test("says in a line and a remedy that a port is in use", async () => {
  const taken = createServer().listen(0, "127.0.0.1");
  onTestFinished(() => void taken.close());
  await once(taken, "listening");
  const { port } = taken.address() as AddressInfo;
  const at = folderWith({ p: SIGN_IN });
  const { status, stdout, stderr } = await edgepolicy([
    "serve",
    at("p"),
    "--listen",
    `127.0.0.1:${port}`,
    "--admin",
    "off",
  ]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(new RegExp(`^edgepolicy: .*127\\.0\\.0\\.1:${port}.*\n  .*--listen.*\n$`));
});

test("exits 1 with the diagnostics of a bad policy", async () => {
  const at = folderWith({ p: SIGN_IN.replace("fails > 2", "failz > 2") });
  const { status, stderr } = await edgepolicy(["serve", at("p"), ...ANY_PORTS]);
  expect(status).toBe(1);
  expect(stderr).toMatch(/error\[EP[\s\S]*p has 1 error\n$/);
});

test.each([
  ["an address", ["--listen", "nowhere"], "`nowhere` is not HOST:PORT"],
  ["an upstream", ["--upstream", "ftp://x"], "`ftp://x` is not an origin"],
  [
    "a peer",
    ["--peer", "10.0.0.0/99"],
    'an entry must be a network like "203.0.113.0/24" or an address, but is "10.0.0.0/99"',
  ],
  ["a header that carries credentials", ["--log-header", "Cookie"], "`cookie` carries credentials"],
  ["an admin listener that is open to all", ["--admin", "0.0.0.0:0"], "without a token"],
])("refuses %s that does not do", async (_, argv, message) => {
  const at = folderWith({ p: SIGN_IN });
  const { status, stderr } = await edgepolicy(["serve", at("p"), ...argv]);
  expect(status).toBe(2);
  expect(stderr).toContain(message);
});

test("cannot run where the decision log cannot be written", async () => {
  const at = folderWith({ p: SIGN_IN });
  const { status, stderr } = await edgepolicy(["serve", at("p"), ...ANY_PORTS, "--log", at("no/folder")]);
  expect(status).toBe(2);
  expect(stderr).toContain("cannot write the decision log");
});

test("takes its options from a file, under those of the environment, under those of the command line", async () => {
  const at = folderWith({
    p: SIGN_IN,
    "serve.yaml": "policy: p\nlisten: nowhere\nadmin: off\nlog: { sink: { file: log } }",
  });
  const argv = ["--config", at("serve.yaml"), "--listen", "127.0.0.1:0"];
  const { status } = await whileServing(argv, async ({ url, adminUrl }) => {
    expect(adminUrl).toBeNull();
    await fetch(`${url}/authz/json`, { method: "POST", body: '{"method":"GET","path":"/","ip":"203.0.113.9"}' });
  });
  expect(status).toBe(0);
  expect(textOf(at("log"))).toContain('"verdict":"allow"');
});

test("prints the options that it would serve with, without secrets", async () => {
  const at = folderWith({ "serve.yaml": "upstream: http://127.0.0.1:9\nadminToken: { env: TOKEN }" });
  const env = { TOKEN: "0123456789abcdef", EDGEPOLICY_ADMIN_READ_TOKEN: "fedcba9876543210" };
  const argv = ["serve", "p", "--config", at("serve.yaml"), "--no-watch", "--print-config"];
  const { status, stdout } = await edgepolicy(argv, { env });
  expect(status).toBe(0);
  expect(stdout.split("\n")).toEqual([
    "policy: p",
    "adminToken: (set)",
    "adminReadToken: (set)",
    "upstream: http://127.0.0.1:9",
    "watch: false",
    "",
  ]);
  const json = await edgepolicy(["serve", "p", "--no-watch", "--print-config", "--format", "json"]);
  expect(JSON.parse(json.stdout)).toEqual({ policy: "p", watch: false });
});

test("does not print options with which it would not start, and says what is wrong", async () => {
  const { status, stdout, stderr } = await edgepolicy(["serve", "p", "--listen", "nowhere", "--print-config"]);
  expect([status, stdout, stderr]).toEqual([
    2,
    "",
    expect.stringContaining("option listen: `nowhere` is not HOST:PORT"),
  ]);
});

test("keeps the callers of the file where the command line says what they show, and the reverse", async () => {
  const at = folderWith({ "via.yaml": "callers: { via: [nginx] }", "shows.yaml": "callers: { shows: [outcomes] }" });
  const printed = async (file: string, ...argv: readonly string[]): Promise<string> =>
    (await edgepolicy(["serve", "p", "--config", at(file), ...argv, "--print-config"])).stdout;
  expect(await printed("via.yaml", "--shows", "outcomes")).toContain("via:\n    - nginx\n  shows:\n    - outcomes\n");
  expect(await printed("shows.yaml", "--via", "nginx")).toContain("via:\n    - nginx\n  shows:\n    - outcomes\n");
  const { status, stderr } = await edgepolicy(["serve", "p", "--shows", "outcomes"]);
  expect([status, stderr]).toEqual([2, expect.stringContaining("or `callers.via` in the file of --config")]);
});

test.each([
  [
    "a file with problems",
    ["p", "--config", "serve.yaml"],
    /^edgepolicy: .*serve\.yaml:1:1: unknown option `lisen`; did you mean `listen`\?\n/,
  ],
  ["no policy anywhere", [], /^edgepolicy: FILE is missing\n/],
  ["two policies", ["p", "q"], /^edgepolicy: serve: unexpected argument `q`\n/],
])("says what is wrong with %s, and exits 2", async (_, argv, said) => {
  const at = folderWith({ p: SIGN_IN, "serve.yaml": "lisen: 1" });
  const { status, stderr } = await edgepolicy([
    "serve",
    ...argv.map((word) => (word === "serve.yaml" ? at(word) : word)),
  ]);
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringMatching(said) as string });
});
