/** Challenges from the installed package: answered by the documented script, by the library, and over a restart. */
import { execFile } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, inject, onTestFinished, test } from "vitest";
import { solve } from "../../server/challenge/client/index.ts";
import { readBlocks } from "../helpers/markdown.ts";
import { folderWith, serve, type Serving } from "./program.ts";

const SECRET = { EDGEPOLICY_CHALLENGE_SECRET: "a secret of thirty-two characters or more" };
const run = promisify(execFile);
const blocks = readBlocks(readFileSync(join(import.meta.dirname, "../../docs/challenges.md"), "utf8"));
const shown = (language: string): string => blocks.find((block) => block.language === language)?.text ?? "";

/** The document's policy before a service that says `done`. */
async function jobs(env: Readonly<Record<string, string>> = {}): Promise<Serving> {
  const service = createServer((_request, response) => void response.end("done")).listen(0, "127.0.0.1");
  onTestFinished(() => {
    service.closeAllConnections();
    service.close();
  });
  await once(service, "listening");
  const upstream = `http://127.0.0.1:${(service.address() as AddressInfo).port}`;
  const cwd = folderWith({ "jobs.edgepolicy": shown("edgepolicy") });
  return serve(["jobs.edgepolicy", "--upstream", upstream, "--pow-bits", "6"], { cwd, env });
}

test("the documented script answers", async () => {
  const { url } = await jobs();
  const env = { ...process.env, url: `${url}/job` };
  expect((await run("bash", ["-c", shown("bash")], { env, timeout: 50_000 })).stdout).toBe("done");
});

test("the library answers, and needs nothing of Node", async () => {
  const { url } = await jobs();
  const installed = inject("installed");
  const file = join(installed, "challenges.mjs");
  writeFileSync(
    file,
    `import { withChallenges } from "edgepolicy/challenge";
const call = withChallenges();
for (const path of ["/job", "/jobs", "/job"]) console.log(await (await call("${url}" + path)).text());`,
  );
  expect((await run(process.execPath, [file], { timeout: 30_000 })).stdout).toBe("done\ndone\ndone\n");
  const folder = join(installed, "node_modules/edgepolicy/dist/server/challenge/client");
  const modules = readdirSync(folder).filter((name) => name.endsWith(".js"));
  expect(modules).toContain("index.js");
  for (const name of modules) {
    const text = readFileSync(join(folder, name), "utf8");
    expect(text, name).not.toMatch(/\bfrom "(?!\.\/)|\bprocess\.|\bBuffer\b|\brequire\(/);
  }
});

test("passes outlive a restart where a secret is given, and the server says where none is", async () => {
  const first = await jobs(SECRET);
  const refusal = await fetch(`${first.url}/job`);
  const answer = await solve(await refusal.json());
  const pass = (await fetch(`${first.url}/job`, { headers: { "edge-answer": answer } })).headers.get("edge-pass") ?? "";
  const statusAt = async ({ url }: Serving): Promise<number> =>
    (await fetch(`${url}/job`, { headers: { "edge-pass": pass } })).status;
  expect(await statusAt(await jobs(SECRET))).toBe(200);
  expect(first.stderr()).not.toContain("EDGEPOLICY_CHALLENGE_SECRET");
  const random = await jobs();
  expect(await statusAt(random)).toBe(401);
  expect(random.stderr()).toContain("set EDGEPOLICY_CHALLENGE_SECRET");
});
