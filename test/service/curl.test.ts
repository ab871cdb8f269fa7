/** curl signs requests with Signature Version 4 as docs/signed-requests.md shows. */
import { spawn, spawnSync } from "node:child_process";
import { text } from "node:stream/consumers";
import { describe, expect, it } from "vitest";
import { echo, serve, startService } from "../helpers/server.ts";
import { inventoryWith } from "../helpers/verifiers.ts";

const SECRET = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";
const help = spawnSync("curl", ["--help", "all"], { encoding: "utf8" });
const missing = help.error !== undefined || !help.stdout.includes("--aws-sigv4");

async function curl(args: readonly string[]): Promise<string> {
  const sign = ["--aws-sigv4", "aws:amz:eu-south-1:orders", "--user", `AKIDEXAMPLE:${SECRET}`];
  const child = spawn("curl", ["--silent", "--max-time", "10", ...sign, "--write-out", " %{http_code}", ...args]);
  return text(child.stdout);
}

describe.skipIf(missing)(`curl --aws-sigv4${missing ? " (SKIPPED: no curl that has it)" : ""}`, () => {
  it("is let through, with a body and with a query, and refused with another secret", async () => {
    const policy = `policy "aws" { default block }
identity { hmac aws { scheme sigv4 secrets "s" } }
clients from "clients.yaml"
rule known when has client then allow`;
    const clients = inventoryWith({ acme: ["{ id: k1, type: hmac, value: AKIDEXAMPLE, issuer: eu-south-1/orders }"] });
    const upstream = (await startService(echo)).url;
    const { url } = await serve(policy, { upstream }, { s: `k1 ${SECRET}\n`, "clients.yaml": clients });
    expect(await curl([`${url}/v1/orders`])).toMatch(/ 200$/);
    expect(await curl([`${url}/v1/orders?a=1&b=2`])).toMatch(/ 200$/);
    expect(await curl([`${url}/v1/orders`, "--json", '{"n":1}'])).toMatch(/"bytes":7.* 200$/);
    expect(await curl([`${url}/v1/orders`, "--user", "AKIDEXAMPLE:x"])).toMatch(/bad_signature.* 401$/s);
  });
});
