/** Runs the programs that docs/middleware.md, docs/stream.md and docs/library.md show, with the packed package and the frameworks beside it. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { tmpdir } from "node:os";
import { afterAll, beforeAll, expect, inject, onTestFinished, test } from "vitest";
import { readBlocks } from "../helpers/markdown.ts";
import { freePort, until } from "../helpers/server.ts";
import { serve } from "./program.ts";

const ROOT = join(import.meta.dirname, "../..");
const FRAMEWORKS = ["express", "fastify", "hono", "@hono/node-server"];

function programsOf(document: string): readonly string[] {
  const blocks = readBlocks(readFileSync(join(ROOT, "docs", document), "utf8"));
  return blocks.filter(({ language }) => language === "ts").map(({ text }) => text);
}

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "edgepolicy-snippets-"));
  cpSync(join(ROOT, "examples/orders"), folder, { recursive: true });
  for (const name of FRAMEWORKS) link(join(ROOT, "node_modules", name), name);
  link(join(inject("installed"), "node_modules/edgepolicy"), "edgepolicy");
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function link(target: string, name: string): void {
  const path = join(folder, "node_modules", name);
  mkdirSync(dirname(path), { recursive: true });
  symlinkSync(target, path);
}

/** A program of the documentation, on a port that is free. */
async function start(text: string, name: string): Promise<{ readonly url: string; readonly child: ChildProcess }> {
  const port = await freePort();
  writeFileSync(join(folder, name), text.replaceAll("3000", String(port)));
  const child = spawn(process.execPath, [name], { cwd: folder, stdio: "inherit" });
  onTestFinished(() => void child.kill("SIGKILL"));
  const url = `http://127.0.0.1:${port}`;
  await until(
    () =>
      fetch(url).then(
        () => true,
        () => child.exitCode !== null,
      ),
    20_000,
  );
  return { url, child };
}

const middleware = programsOf("middleware.md").map(
  (text, at) => [/edgepolicy\/(\w+)/.exec(text)?.[1] ?? "", text, at] as const,
);

test("the documentation shows a program for each framework", () => {
  expect(middleware.map(([name]) => name)).toEqual(["express", "fastify", "hono", "node"]);
});

test.each(middleware)("edgepolicy/%s as it is shown refuses and lets through", async (name, text) => {
  const { url } = await start(text, `${name}.mts`);
  const stranger = await fetch(`${url}/v1/orders/7`, { headers: { "x-forwarded-for": "198.18.0.9" } });
  expect(stranger.status).toBe(401);
  expect(stranger.headers.get("content-type")).toBe("application/problem+json");
  expect(await stranger.json()).toMatchObject({ status: 401, "violated-policies": ["anonymous"] });
  const trap = await fetch(`${url}/.env`, { headers: { "x-forwarded-for": "198.18.1.9" } });
  expect(trap.status).toBe(403);
});

test("edgepolicy/stream as it is shown asks a server", async () => {
  const [text = ""] = programsOf("stream.md");
  const { url } = await serve([join(ROOT, "examples/orders/orders.edgepolicy")]);
  writeFileSync(join(folder, "stream.mts"), text.replace("127.0.0.1:8080", new URL(url).host));
  const { stdout, stderr } = spawnSync(process.execPath, ["stream.mts"], {
    cwd: folder,
    encoding: "utf8",
    timeout: 20_000,
  });
  expect({ stdout, stderr }).toEqual({ stdout: "allow 200 -\n", stderr: "" });
});

test("edgepolicy/stream as it is shown is challenged", async () => {
  const [, text = ""] = programsOf("stream.md");
  const policy = join(folder, "challenged.edgepolicy");
  writeFileSync(policy, 'policy "c" { default allow }\nrule price then challenge nonce');
  const { url } = await serve([policy]);
  writeFileSync(join(folder, "challenged.mts"), text.replace("127.0.0.1:8080", new URL(url).host));
  const { stdout, stderr } = spawnSync(process.execPath, ["challenged.mts"], {
    cwd: folder,
    encoding: "utf8",
    timeout: 20_000,
  });
  expect(stderr).toBe("");
  expect(stdout).toMatch(
    /^answer the caller with 401 and \{[^]*WWW-Authenticate[^]*challenge="nonce"[^]*refused="malformed"/,
  );
});

test("the library as it is shown decides by a policy and by a bundle", () => {
  const [fromFile = "", fromBundle = ""] = programsOf("library.md");
  const run = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    const { stdout, stderr } = spawnSync(process.execPath, [name], { cwd: folder, encoding: "utf8", timeout: 20_000 });
    expect(stderr).toBe("");
    return stdout;
  };
  expect(run("library.mts", fromFile)).toBe("allow -\n");
  const command = [join(folder, "node_modules/edgepolicy/dist/bin/edgepolicy.js"), "compile", "orders.edgepolicy"];
  spawnSync(process.execPath, [...command, "-o", "orders.epb"], { cwd: folder });
  expect(run("bundle.mts", fromBundle)).toBe("block 401 anonymous\n");
});

test("a program in TypeScript finds the types of each door", () => {
  const programs = [
    ...middleware.map(([name]) => `${name}.mts`),
    "stream.mts",
    "challenged.mts",
    "library.mts",
    "bundle.mts",
  ];
  for (const [name, text] of middleware) writeFileSync(join(folder, `${name}.mts`), text);
  for (const [at, name] of ["stream.mts", "challenged.mts"].entries()) {
    writeFileSync(join(folder, name), programsOf("stream.md")[at] ?? "");
  }
  for (const [at, name] of ["library.mts", "bundle.mts"].entries()) {
    writeFileSync(join(folder, name), programsOf("library.md")[at] ?? "");
  }
  link(join(ROOT, "node_modules/@types"), "@types");
  const options = { module: "nodenext", target: "es2024", strict: true, noEmit: true, types: ["node"] };
  writeFileSync(
    join(folder, "tsconfig.json"),
    JSON.stringify({ compilerOptions: { ...options, skipLibCheck: true }, files: programs }),
  );
  const { status, stdout } = spawnSync(
    process.execPath,
    [join(ROOT, "node_modules/@typescript/native/bin/tsc"), "-p", folder],
    {
      encoding: "utf8",
      timeout: 50_000,
    },
  );
  expect({ status, stdout }).toEqual({ status: 0, stdout: "" });
});
