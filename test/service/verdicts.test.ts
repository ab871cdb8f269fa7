/** What a caller's own client receives of each verdict through each real proxy, and through the inline one: the table of docs/callers.md. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { echo, freePort, serve, startService } from "../helpers/server.ts";
import { CADDY, HAPROXY, isMissing, NGINX, runCaddy, runHaproxy, runNginx } from "./proxies.ts";

const POLICY = `policy "verdicts" { default allow }
route limited = GET "/throttle"
limit few on limited per ip allow 1 per 1h
rule slowly when path == "/slow" then slow 300ms
rule prove  when path == "/challenge" then challenge dpop
rule plain  when path == "/block" then block
rule hidden when path == "/hidden" then block 404
rule gone   when path == "/gone" then block 410
rule down   when path == "/down" then block 503`;

const ASKED = ["/allow", "/slow", "/challenge", "/throttle", "/block", "/hidden", "/gone", "/down", "/a%2fb"];

const PROXIES = {
  nginx: { program: NGINX, run: runNginx },
  Caddy: { program: CADDY, run: runCaddy },
  HAProxy: { program: HAPROXY, run: runHaproxy },
} as const;

/** The URL of what stands before a service: a proxy that asks, or the inline one. */
async function guarded(name: keyof typeof PROXIES | "inline"): Promise<string> {
  const service = await startService(echo);
  if (name === "inline") return (await serve(POLICY, { upstream: service.url })).url;
  const edge = await serve(POLICY, { haproxy: "127.0.0.1:0" });
  const proxy = await freePort();
  const port = name === "HAProxy" ? (edge.running.haproxy?.port ?? 0) : edge.port;
  await PROXIES[name].run({ proxy, edge: port, service: service.port });
  return `http://127.0.0.1:${proxy}`;
}

/** Status, and in short which fields and body came. */
async function received(url: string, path: string): Promise<string> {
  if (path === "/throttle") await fetch(`${url}${path}`);
  const before = performance.now();
  const { status, headers } = await fetch(`${url}${path}`);
  const waited = performance.now() - before >= 295 ? ["after 300 ms"] : [];
  const fields = ["retry-after", "www-authenticate", "ratelimit"].filter((name) => headers.has(name));
  const problem = headers.get("content-type") === "application/problem+json" ? ["problem"] : [];
  return [String(status), ...waited, ...problem, ...fields].join(", ");
}

const NAMES = ["inline", "nginx", "Caddy", "HAProxy"] as const;
const missing = Object.values(PROXIES).some(({ program }) => isMissing(program));

describe.skipIf(missing)("the table of callers and verdicts", () => {
  it("is what real clients receive", async () => {
    const columns: string[][] = [];
    for (const name of NAMES) {
      const url = await guarded(name);
      const column: string[] = [];
      for (const path of ASKED) column.push(await received(url, path));
      columns.push(column);
    }
    const rows = ASKED.map((path, index) => `| \`${path}\` | ${columns.map((column) => column[index]).join(" | ")} |`);
    const page = readFileSync(new URL("../../docs/callers.md", import.meta.url), "utf8");
    const table = page.split("\n").filter((line) => line.startsWith("| `/"));
    expect(table).toEqual(rows);
  });
});
