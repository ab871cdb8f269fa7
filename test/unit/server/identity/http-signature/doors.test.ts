/** At every door a signature covers all lines of a header: whoever adds one has changed what was signed. */
import { generateKeyPairSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { loadPolicy, nodeFiles } from "../../../../../dsl/index.ts";
import { nginxHandler } from "../../../../../server/authz/nginx.ts";
import { Holds } from "../../../../../server/hold.ts";
import { edgepolicy } from "../../../../../server/middleware/node.ts";
import { makeGate } from "../../../../helpers/gate.ts";
import { haproxyAsks } from "../../../../helpers/haproxy.ts";
import { RecordedReply, requestView } from "../../../../helpers/http-fakes.ts";
import { exchangeRaw, temporaryFolder } from "../../../../helpers/server.ts";
import { coveredOf, signMessage } from "../../../../helpers/signing.ts";
import { inventoryWith } from "../../../../helpers/verifiers.ts";

const PAIR = generateKeyPairSync("ed25519");
const NOW = 1_900_000_000;
const clock = (): number => NOW * 1e6;
const HOST = "api.example.com";

type Lines = readonly (readonly [name: string, value: string])[];
/** Sends a request through a door, and says with which status it is answered. */
type Door = (file: string, lines: Lines) => number | Promise<number>;

function policyFile(): string {
  const folder = temporaryFolder();
  const files = {
    "clients.yaml": inventoryWith({ acme: ["{ id: k, type: signature }"] }),
    "keys.json": JSON.stringify({ keys: [{ ...PAIR.publicKey.export({ format: "jwk" }), kid: "k" }] }),
    "p.edgepolicy": `policy "p" { default block }
identity { signature { keys "keys.json" } }
clients from "clients.yaml"
rule signers when has client then allow`,
  };
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return join(folder, "p.edgepolicy");
}

const gateOf = (file: string): ReturnType<typeof makeGate> =>
  makeGate("", { load: () => loadPolicy(file, nodeFiles), options: { clock } });

const nginx: Door = (file, lines) => {
  const reply = new RecordedReply();
  const headers: Record<string, string[]> = { "x-original-uri": ["/v1"], "x-original-method": ["GET"] };
  for (const [name, value] of [["x-forwarded-for", "192.0.2.1"], ["host", HOST], ...lines] as const)
    (headers[name] ??= []).push(value);
  nginxHandler(gateOf(file), new Holds(1))(requestView({ path: "/authz/nginx", headers }), reply);
  return reply.status;
};

const haproxy: Door = async (file, lines) => {
  const { status } = await haproxyAsks(gateOf(file), "/v1", [["host", HOST], ...lines]);
  return Number(status);
};

const middleware: Door = async (file, lines) => {
  const guarded = edgepolicy({ policy: file, clock, report: () => {} });
  const server = createServer(guarded((_request, response) => response.end()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.close();
    guarded.edge.close();
  });
  const head = [["host", HOST], ...lines, ["connection", "close"]].map(([name, value]) => `${name}: ${value}\r\n`);
  const { text } = await exchangeRaw(
    (server.address() as AddressInfo).port,
    `GET /v1 HTTP/1.1\r\n${head.join("")}\r\n`,
  );
  return Number(text.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length));
};

describe.each([
  ["nginx", nginx],
  ["HAProxy", haproxy],
  ["the middleware", middleware],
])("a covered header through %s", (_, ask) => {
  const sent = { target: "/v1", headers: [["x-amount", "10"]] } as const;
  const components = [...coveredOf(sent), ['"x-amount"', "10"] as const];
  const { headers = [] } = signMessage(sent, { key: PAIR.privateKey, keyid: "k", created: NOW, components });

  it("is as it was signed", async () => {
    expect(await ask(policyFile(), headers)).toBe(200);
  });
  it("has no line that was added", async () => {
    expect(await ask(policyFile(), [...headers, ["x-amount", "9999"]])).toBe(401);
  });
});
