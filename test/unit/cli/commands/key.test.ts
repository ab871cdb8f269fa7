/** `edgepolicy key create`: the printed line, put into an inventory, lets the printed key in. */
import { createHash, createHmac } from "node:crypto";
import { expect, test } from "vitest";
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
  expect(first.key).toMatch(/^ep_[A-Za-z0-9_-]{43}$/);
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
  const env = { EDGEPOLICY_PEPPER: "p1=other,p2=secret=x" };
  const { key, credential } = await create(["--client", "acme_sync", "--pepper", "p2"], env);
  const digest = createHmac("sha256", "secret=x").update(key).digest("hex");
  expect(credential["hash"]).toBe(`hmac-sha256:p2:${digest}`);
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

test.each([
  ["no client", ["create"], "--client is missing"],
  ["a client id of another form", ["create", "--client", "Acme Sync"], "--client Acme Sync: not an id"],
  ["another action", ["creat", "--client", "a"], "unknown action `creat`; did you mean `create`?"],
  ["no action", [], "`create` is missing"],
  ["an unknown pepper", ["create", "--client", "acme", "--pepper", "p9"], "EDGEPOLICY_PEPPER has no such secret"],
  ["a date that is none", ["create", "--client", "acme", "--expires", "soon"], "--expires soon: not a date"],
  ["a date gone by", ["create", "--client", "acme", "--expires", "2020-01-01"], "would have ended already"],
])("refuses %s", async (_, argv, message) => {
  const { status, stdout, stderr } = await edgepolicy(["key", ...argv]);
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toContain(message);
});
