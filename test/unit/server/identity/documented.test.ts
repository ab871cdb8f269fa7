/** The clients of docs/signed-requests.md, run as they stand there against a server with the policy that stands there. */
import { spawn } from "node:child_process";
import { generateKeyPairSync } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { readBlocks } from "../../../helpers/markdown.ts";
import { echo, serve, startService, temporaryFolder, type TestServer } from "../../../helpers/server.ts";

const SECRET = "a-secret-of-more-than-24-bytes";
const blocks = readBlocks(readFileSync(new URL("../../../../docs/signed-requests.md", import.meta.url), "utf8"));
const shown = (language: string): readonly string[] =>
  blocks.filter((one) => one.language === language).map((one) => one.text);

/** The documented server, with a key whose private half is here. */
async function documented(publicX: string): Promise<TestServer> {
  const [inventory = ""] = shown("yaml");
  const clients = inventory.replace(/x: [A-Za-z0-9_-]{43}/, `x: "${publicX}"`);
  expect(clients).toContain(publicX);
  const files = {
    "clients.yaml": clients,
    "partners.secrets": `acme-2026-09 ${SECRET}\n`,
    "keys.jwks.json": '{"keys": []}',
  };
  return serve(shown("edgepolicy").join("\n\n"), { upstream: (await startService(echo)).url }, files);
}

/** Runs a program to its end. */
async function run(program: string, env: Readonly<Record<string, string>>): Promise<string> {
  const file = join(temporaryFolder(), "client.mts");
  writeFileSync(file, program);
  const child = spawn(process.execPath, [file], { env: { ...process.env, ...env }, timeout: 30_000 });
  const [out, err] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return out + err.replace(/^\(node:\d+\).*$|^\(Use .*$/gm, "").trim();
}

describe("docs/signed-requests.md", () => {
  it.each([0, 1])("shows a client that is let through: %i", async (which) => {
    const { publicKey, privateKey } = generateKeyPairSync("ed25519");
    const { port } = await documented(String(publicKey.export({ format: "jwk" }).x));
    const program = shown("ts")[which] ?? "";
    expect(program).toContain("127.0.0.1:8080");
    const key = privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    const there = program.replace("127.0.0.1:8080", `127.0.0.1:${port}`);
    expect(await run(there, { ACME_SECRET: SECRET, ACME_KEY: key })).toBe("200\n");
    const other = generateKeyPairSync("ed25519").privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    expect(await run(there, { ACME_SECRET: `${SECRET}!`, ACME_KEY: other })).toBe("401\n");
  });
});
