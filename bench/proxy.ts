/**
 * The inline proxy in front of a service, beside a bare forwarder of the same libraries without engine, guards or streaming, and beside
 * nginx `proxy_pass`: the same service, the proxies on one core, the service and the load on the other. All must give the same answers
 * first.
 */
import { type Answer, compareAnswers } from "./asked.ts";
import { type LoadEffort, loadInTurn, type Measured, measureLoad, medianOf } from "./load.ts";
import { hundredths, round } from "./measure.ts";
import { type RunningServer, startNginx, versionOfProgram } from "./programs.ts";
import type { BenchResult } from "./result.ts";
import { forkServer, running, SERVER_CORE, startProcess } from "./server-process.ts";
import { table } from "./table.ts";
import { hasProgram, LOAD_CORE } from "./wrk.ts";

const FULL = { seconds: 5, rounds: 5, warmUp: 2 };
const QUICK = { seconds: 1, rounds: 1, warmUp: 0 };

/** Loads, and the path by which `bench/wrk/proxy.lua` knows them. */
const LOADS = [
  { load: "reads", path: "/orders" },
  { load: "orders of 4 KB", path: "/orders/" },
] as const;

interface Proxy {
  readonly name: string;
  readonly version: string;
  readonly start: (upstream: string) => Promise<RunningServer>;
}

/** What was measured of one proxy under one load: medians of the rounds. */
export interface ProxyRow extends Measured {
  readonly proxy: string;
  readonly version: string;
  readonly load: (typeof LOADS)[number]["load"];
  /** CPU time a request of the bare forwarder over that of this one. */
  readonly ofBare: number;
}

/** What the group measures; without rows where wrk is missing. */
export interface ProxyFigures {
  readonly rows: readonly ProxyRow[];
  /** What could not run, and why. */
  readonly missing: readonly string[];
}

export async function benchProxy(quick: boolean): Promise<BenchResult<ProxyFigures>> {
  const effort = quick ? QUICK : FULL;
  const nginx = versionOfProgram("nginx");
  const missing = [
    ...(hasProgram("wrk") ? [] : ["wrk is not installed"]),
    ...(nginx === null ? ["nginx is not installed"] : []),
  ];
  const proxies = [EDGE, BARE, ...(nginx === null ? [] : [nginxProxy(nginx)])];
  const rows = await withServers(proxies, async (servers) => {
    await compare(proxies, servers);
    return hasProgram("wrk") ? timeAll(proxies, servers, effort) : [];
  });
  return {
    name: "proxy",
    title: "inline proxy in front of one service, 64 connections kept alive, every request let through",
    figures: { rows, missing },
    table: tableOf(rows, missing),
  };
}

// ── proxies ─────────────────────────────────────────────────────────────────

const EDGE: Proxy = {
  name: "edgepolicy",
  version: "",
  start: async (upstream) => running(await startProcess({ template: null, upstream })),
};
const BARE: Proxy = {
  name: "bare uWS + undici",
  version: "",
  start: async (upstream) => running(await forkServer("proxy-servers.ts", { serve: "forwarder", upstream })),
};

function nginxProxy(version: string): Proxy {
  const start = async (upstream: string): Promise<RunningServer> =>
    startNginx(
      (port) => `upstream service { server ${new URL(upstream).host}; keepalive 128; keepalive_requests 100000000; }
server {
  listen 127.0.0.1:${port};
  location / { proxy_pass http://service; proxy_http_version 1.1; proxy_set_header Connection ""; }
}`,
      SERVER_CORE,
    );
  return { name: "nginx proxy_pass", version, start };
}

async function withServers<T>(
  proxies: readonly Proxy[],
  run: (servers: readonly RunningServer[]) => Promise<T>,
): Promise<T> {
  const service = running(await forkServer("proxy-servers.ts", { serve: "service" }, LOAD_CORE));
  const servers: RunningServer[] = [];
  try {
    for (const { start } of proxies) servers.push(await start(`http://127.0.0.1:${service.port}`));
    return await run(servers);
  } finally {
    for (const server of [...servers, service]) server.stop();
  }
}

// ── what all agree on ───────────────────────────────────────────────────────

const QUESTIONS: readonly (readonly [path: string, request: RequestInit])[] = [
  ["/v1/orders/1001?expand=lines", {}],
  ["/v1/orders?page=2&size=10", {}],
  ["/v1/orders", { method: "POST", body: "y".repeat(4_096) }],
  ["/v1/orders", { method: "POST", body: "z".repeat(300_000) }],
];
const CALLER = { "x-api-key": "bench-key-0001", "x-forwarded-for": "10.0.1.7" };

async function compare(proxies: readonly Proxy[], servers: readonly RunningServer[]): Promise<void> {
  const parties = proxies.map(({ name }, index) => ({
    name,
    decide: async (question: number): Promise<Answer> => {
      const [path, request] = QUESTIONS[question] ?? ["/", {}];
      const answer = await fetch(`http://127.0.0.1:${servers[index]?.port}${path}`, { ...request, headers: CALLER });
      return `${answer.status} ${answer.headers.get("content-type")} ${await answer.text()}`;
    },
  }));
  await compareAnswers(parties, QUESTIONS.length, (question) => `${QUESTIONS[question]?.[0]}`);
}

// ── speed ───────────────────────────────────────────────────────────────────

async function timeAll(
  proxies: readonly Proxy[],
  servers: readonly RunningServer[],
  effort: LoadEffort,
): Promise<readonly ProxyRow[]> {
  const rows: ProxyRow[] = [];
  for (const { load, path } of LOADS) {
    const measured = await loadInTurn(servers.length, effort, (index, seconds) =>
      measureLoad(servers[index] as RunningServer, path, "proxy.lua", seconds),
    );
    const medians = measured.map(medianOf);
    const bare = medians[proxies.indexOf(BARE)]?.cpuMicrosARequest ?? 0;
    for (const [index, { name, version }] of proxies.entries()) {
      const median = medians[index] as Measured;
      rows.push({ proxy: name, version, load, ...median, ofBare: hundredths(bare / median.cpuMicrosARequest) });
    }
  }
  return rows;
}

function tableOf(rows: readonly ProxyRow[], missing: readonly string[]): string {
  const tables = LOADS.map(({ load }) =>
    table(
      [load, "version", "requests/s", "CPU a request", "of bare (CPU)", "p99"],
      rows
        .filter((row) => row.load === load)
        .map(({ proxy, version, requestsPerSecond, cpuMicrosARequest, ofBare, p99 }) => [
          proxy,
          version,
          requestsPerSecond.toLocaleString("en"),
          `${round(cpuMicrosARequest)} µs`,
          `${ofBare} ×`,
          p99,
        ]),
    ),
  );
  return [...(rows.length === 0 ? [] : tables), ...missing.map((why) => `left out: ${why}`)].join("\n\n");
}
