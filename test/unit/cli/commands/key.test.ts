/** `edgepolicy key create`: the printed line, put into an inventory, lets the printed key in. */
import { createHash, createHmac, createPrivateKey, generateKeyPairSync, type KeyObject } from "node:crypto";
import { describe, expect, test } from "vitest";
import type { Sent } from "../../../helpers/presented.ts";
import { serve, type TestServer } from "../../../helpers/server.ts";
import { coveredOf, signMessage, signPlain, signWebhook } from "../../../helpers/signing.ts";
import { edgepolicy, folderWith, textOf } from "../run.ts";

interface Created {
  readonly client: string;
  readonly key: string;
  readonly credential: Readonly<Record<string, string>>;
}

async function create(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Created> {
  const { status, stdout } = await edgepolicy(["key", "create", "--format", "json", ...args], { env });
  expect(status).toBe(0);
  return JSON.parse(stdout) as Created;
}

test("makes a new random key each time, with its SHA-256", async () => {
  const [first, second] = [await create(["--client", "acme_sync"]), await create(["--client", "acme_sync"])];
  expect(first.key).toMatch(/^ep_[A-Za-z0-9]{49}$/);
  expect(first.key).not.toBe(second.key);
  expect(first.client).toBe("acme_sync");
  expect(first.credential).toMatchObject({
    type: "api_key",
    hash: `sha256:${createHash("sha256").update(first.key).digest("hex")}`,
    id: `acme_sync-${first.credential["issued"]}`,
  });
  expect(String(first.credential["expires"]) > String(first.credential["issued"])).toBe(true);
});

test("hashes with a pepper of the environment", async () => {
  const secret = "a=secret=of=19=char";
  const env = { EDGEPOLICY_PEPPER: `p1=other,p2=${secret}` };
  const { key, credential } = await create(["--client", "acme_sync", "--pepper", "p2"], env);
  const digest = createHmac("sha256", secret).update(key).digest("hex");
  expect(credential["hash"]).toBe(`hmac-sha256:p2:${digest}`);
});

test("hashes with a pepper of the file that the environment names, as the server does", async () => {
  const secret = "a secret of 30 characters here";
  const at = folderWith({ peppers: `p1=other,p2=${secret}\n` });
  const env = { EDGEPOLICY_PEPPER_FILE: at("peppers") };
  const { key, credential } = await create(["--client", "acme_sync", "--pepper", "p2"], env);
  const digest = createHmac("sha256", secret).update(key).digest("hex");
  expect(credential["hash"]).toBe(`hmac-sha256:p2:${digest}`);
});

test.each([
  ["a file that is not there", { EDGEPOLICY_PEPPER_FILE: "no-such-file" }, "cannot read `no-such-file`"],
  ["both", { EDGEPOLICY_PEPPER_FILE: "peppers", EDGEPOLICY_PEPPER: "p1=x" }, "are both set"],
  ["an entry of another form", { EDGEPOLICY_PEPPER: "p1" }, "an entry is not ID=SECRET"],
])("makes no keys with peppers in %s", async (_, env, message) => {
  const args = ["key", "create", "--client", "acme_sync", "--pepper", "p1"];
  const { status, stdout, stderr } = await edgepolicy(args, { env });
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain(message);
});

test("makes no keys with a pepper that can be guessed", async () => {
  const args = ["key", "create", "--client", "acme_sync", "--pepper", "p1"];
  const { status, stdout, stderr } = await edgepolicy(args, { env: { EDGEPOLICY_PEPPER: "p1=18 characters long" } });
  expect([status, stdout]).toEqual([2, ""]);
  expect(stderr).toContain("has 18 characters, fewer than 19");
  expect(stderr).toContain("openssl rand");
});

test("prints a line that an inventory takes as it stands", async () => {
  const at = folderWith();
  await edgepolicy(["init", at("shop")]);
  const { stdout } = await edgepolicy([
    "key",
    "create",
    "--client",
    "acme_sync",
    "--id",
    "k-1",
    "--expires",
    "2090-01-31",
  ]);
  const line = stdout.split("\n").find((each) => each.startsWith("  - {")) ?? "";
  expect(line).toContain("{ id: k-1, type: api_key,");
  expect(line).toContain("expires: 2090-01-31 }");
  const files = {
    "p/policy.edgepolicy": textOf(at("shop/policy.edgepolicy")),
    "p/scenario.edgepolicy": textOf(at("shop/scenario.edgepolicy")),
  };
  const inventory = textOf(at("shop/clients.yaml")).replace("    credentials: []", `    credentials:\n    ${line}`);
  const other = folderWith({ ...files, "p/clients.yaml": inventory });
  expect(await edgepolicy(["check", "--deny", "warnings", other("p/policy.edgepolicy")])).toMatchObject({ status: 0 });
});

/** An inventory up to the credentials of its one client. */
const INVENTORY = `teams:
  - { id: core, contact: "mailto:core@example.com", people: [p.one] }
people:
  - { id: p.one, active: true }
clients:
  - id: acme_sync
    kind: partner
    purpose: orders for tests
    owner: { team: core, accountable: p.one }
    environment: prod
    status: active
    operations: ["*"]
    credentials:`;

describe("with a policy", () => {
  const CLIENTS = `${INVENTORY} [{ id: k-1, type: api_key, hash: "sha256:${"0".repeat(64)}", expires: 2090-01-31 }]
  - { id: gone_sync, kind: partner, purpose: x, owner: { team: core }, environment: prod, status: suspended }
`;
  const policyWith = (clause = 'clients from "clients.yaml"'): string =>
    folderWith({ "p.edgepolicy": `policy "p" { default allow }\n${clause}`, "clients.yaml": CLIENTS })("p.edgepolicy");
  const made = (policy: string, ...more: readonly string[]): ReturnType<typeof edgepolicy> =>
    edgepolicy(["key", "create", policy, ...more]);

  test("the client's place is told", async () => {
    const { status, stdout, stderr } = await made(policyWith(), "--client", "acme_sync");
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/\nadd under `credentials` of acme_sync in \S+clients\.yaml:6:\n/);
    expect(stdout).not.toContain("not looked up");
  });

  test.each([
    ["acme_sinc", [], "the inventory of \\S+ has no such client; did you mean `acme_sync`\\?[^]*leave the policy out"],
    ["acme_sync", ["--id", "k-1"], "a credential of acme_sync has the id k-1 already[^]*--id k-1-2"],
  ])("%s %j is refused", async (client, more, said) => {
    const { status, stdout, stderr } = await made(policyWith(), "--client", client, ...more);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(new RegExp(said));
  });

  test("one that has no inventory has no client", async () => {
    const { status, stderr } = await made(policyWith(""), "--client", "acme_sync");
    expect({ status, stderr }).toMatchObject({
      status: 2,
      stderr: expect.stringContaining("no such client") as string,
    });
  });

  test("a client that no key lets in is warned of", async () => {
    const { status, stderr } = await made(policyWith(), "--client", "gone_sync");
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: "edgepolicy: warning: gone_sync is suspended: no key lets it in\n",
    });
  });
});

test("without a policy says that nothing was looked up", async () => {
  const { stdout } = await edgepolicy(["key", "create", "--client", "acme_sync"]);
  expect(stdout).toContain("whether an inventory has acme_sync was not looked up: `key create POLICY …` does\n");
});

describe("keys that sign requests", () => {
  const POLICY = `policy "p" { default block }
identity {
  hmac partners { scheme plain secrets "partners.secrets" }
  hmac hooks { scheme standard_webhooks secrets "hooks.secrets" }
  signature { keys "keys.jwks.json" }
}
clients from "clients.yaml"
rule known when has client then allow`;
  const seconds = (): number => Math.floor(Date.now() / 1_000);
  const GET: Sent = { target: "/v1/orders" };

  async function printed(...args: readonly string[]): Promise<{ line: string; secret: string; text: string }> {
    const { status, stdout, stderr } = await edgepolicy(["key", "create", "--client", "acme_sync", ...args]);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    const lines = stdout.split("\n");
    const after = (start: string): string => lines[lines.findIndex((line) => line.startsWith(start)) + 1]?.trim() ?? "";
    return {
      line: lines.find((line) => line.startsWith("  - {")) ?? "",
      secret: after("add to the file"),
      text: stdout,
    };
  }

  /** A server whose inventory and files have what was printed. */
  async function serverWith(lines: readonly string[], partners = "", hooks = ""): Promise<TestServer> {
    return serve(
      POLICY,
      {},
      {
        "clients.yaml": [INVENTORY, ...lines.map((line) => `    ${line}`), ""].join("\n"),
        "partners.secrets": partners,
        "hooks.secrets": hooks,
        "keys.jwks.json": '{"keys":[]}',
      },
    );
  }

  async function reasonOf({ url }: TestServer, { target = "/", headers = [] }: Sent): Promise<string> {
    const request = { method: "GET", path: target, host: "api.example.com", ip: "192.0.2.1" };
    const body = JSON.stringify({ ...request, headers: Object.fromEntries(headers) });
    const answer = await fetch(`${url}/authz/json`, { method: "POST", body });
    const { verdict, reason } = (await answer.json()) as { verdict: string; reason: string };
    return verdict === "allow" ? "allow" : reason;
  }

  test("two secrets of one client are good side by side, and one that is revoked at once no more", async () => {
    const made = [await printed("--type", "hmac", "--id", "old"), await printed("--type", "hmac", "--id", "new")];
    const server = await serverWith(
      made.map(({ line }) => line),
      made.map(({ secret }) => `${secret}\n`).join(""),
    );
    const ask = (at: number): Promise<string> => {
      const [id = "", secret = ""] = made[at]?.secret.split(/ +/) ?? [];
      return reasonOf(server, signPlain(GET, secret, id, seconds(), `nonce-${Math.random().toString(36).slice(2)}`));
    };
    expect([await ask(0), await ask(1)]).toEqual(["allow", "allow"]);
    const body = JSON.stringify({ author: "m.rossi", reason: "leaked", key: "old" });
    const headers = { "content-type": "application/json" };
    expect((await fetch(`${server.adminUrl}/v1/revocations`, { method: "POST", headers, body })).status).toBe(201);
    expect([await ask(0), await ask(1)]).toEqual(["revoked_credential", "allow"]);
  });

  test("a webhook's secret is written as Standard Webhooks does", async () => {
    const { line, secret } = await printed("--type", "hmac", "--webhook");
    const server = await serverWith([line], "", secret);
    const [, key = ""] = secret.split(/ +/);
    expect(key).toMatch(/^whsec_/);
    expect(await reasonOf(server, signWebhook(GET, key, "msg_1", seconds()))).toBe("allow");
  });

  const signedBy = (key: KeyObject, keyid: string): Sent =>
    signMessage(GET, { key, keyid, created: seconds(), components: coveredOf(GET) });

  test("a key pair signs messages, made here or by the client", async () => {
    const here = await printed("--type", "signature", "--id", "here");
    const pair = generateKeyPairSync("ed25519");
    const at = folderWith({ "acme.pub": String(pair.publicKey.export({ format: "pem", type: "spki" })) });
    const theirs = await printed("--type", "signature", "--id", "123", "--public", at("acme.pub"));
    expect(theirs.text).not.toContain("shown this once");
    expect(here.text).not.toContain("file of secrets");
    const [pem = ""] = /-----BEGIN PRIVATE KEY-----[^]*-----END PRIVATE KEY-----/.exec(here.text) ?? [];
    const own = createPrivateKey(pem.replace(/^ +/gm, ""));
    const server = await serverWith([here.line, theirs.line]);
    expect(await reasonOf(server, signedBy(own, "here"))).toBe("allow");
    expect(await reasonOf(server, signedBy(pair.privateKey, "123"))).toBe("allow");
    expect(await reasonOf(server, signedBy(pair.privateKey, "here"))).toBe("bad_signature");
  });

  test.each([
    [
      "a private key",
      generateKeyPairSync("ed25519").privateKey.export({ format: "pem", type: "pkcs8" }),
      "private key",
    ],
    ["no key", "hello", "does not hold a public key"],
    [
      "another kind",
      generateKeyPairSync("x25519").publicKey.export({ format: "pem", type: "spki" }),
      "signs no requests",
    ],
  ])("of a client are refused that are %s", async (_, pem, message) => {
    const at = folderWith({ "k.pem": String(pem) });
    const argv = ["key", "create", "--client", "acme", "--type", "signature", "--public", at("k.pem")];
    const { status, stderr } = await edgepolicy(argv);
    expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) as string });
  });
});

test.each([
  ["no client", ["create"], "--client is missing"],
  ["a client id of another form", ["create", "--client", "Acme Sync"], "--client Acme Sync: not an id"],
  ["another action", ["creat", "--client", "a"], "unknown action `creat`; did you mean `create`?"],
  ["no action", [], "`create` is missing"],
  ["an unknown pepper", ["create", "--client", "acme", "--pepper", "p9"], "EDGEPOLICY_PEPPER has no such secret"],
  ["a date that is none", ["create", "--client", "acme", "--expires", "soon"], "--expires soon: not a date"],
  ["a type that is none", ["create", "--client", "acme", "--type", "jwt"], "--type jwt: expected api_key or hmac"],
  ["an option of another type", ["create", "--client", "acme", "--webhook"], "--webhook is for --type hmac"],
  [
    "a file that is none",
    ["create", "--client", "acme", "--type", "signature", "--public", "no.pem"],
    "no.pem: there is",
  ],
  ["a date gone by", ["create", "--client", "acme", "--expires", "2020-01-01"], "would have ended already"],
])("refuses %s", async (_, argv, message) => {
  const { status, stdout, stderr } = await edgepolicy(["key", ...argv]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(message);
});
