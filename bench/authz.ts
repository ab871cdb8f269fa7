/**
 * The enforcement point under wrk: `/authz/json` and `/authz/nginx` against a bare uWebSockets.js handler that reads the same
 * fields and answers the same bytes. Server on one core, load on the other, in turn; the server's own CPU time a request is
 * told too, because one thread of wrk may be the slower side.
 */
import type { Template } from "./authz-server.ts";
import { type LoadEffort, loadInTurn, type Measured, measureLoad, medianOf } from "./load.ts";
import { hundredths, round } from "./measure.ts";
import type { BenchResult } from "./result.ts";
import { table } from "./table.ts";
import { running, type ServerProcess, startProcess } from "./server-process.ts";
import { hasProgram } from "./wrk.ts";

const FULL = { seconds: 5, rounds: 5, warmUp: 2 };
const QUICK = { seconds: 1, rounds: 1, warmUp: 0 };

/** A way to ask, and one question to take the bare handler's answer from. */
interface Adapter {
  readonly name: string;
  readonly path: string;
  readonly script: string;
  readonly question: RequestInit;
}

const ADAPTERS: readonly Adapter[] = [
  {
    name: "nginx",
    path: "/authz/nginx",
    script: "nginx.lua",
    question: {
      headers: {
        "x-original-uri": "/v1/orders/1001?expand=lines",
        "x-original-method": "GET",
        "x-forwarded-for": "10.0.1.7",
        "x-api-key": "bench-key-0001",
      },
    },
  },
  {
    name: "json",
    path: "/authz/json",
    script: "json.lua",
    question: {
      method: "POST",
      body: '{"method":"GET","path":"/v1/orders/1001?expand=lines","ip":"10.0.1.7","headers":{"x-api-key":"bench-key-0001"}}',
    },
  },
];

interface Row {
  readonly adapter: string;
  readonly edge: Measured;
  readonly bare: Measured;
  /** Requests a second of the enforcement point over those of the bare handler. */
  readonly speedRatio: number;
  /** CPU time a request of the bare handler over that of the enforcement point. */
  readonly cpuRatio: number;
}

/** What the group measures; without rows where wrk is missing. */
export interface AuthzFigures {
  readonly skipped?: string;
  readonly seconds?: number;
  readonly rounds?: number;
  readonly rows?: readonly Row[];
}

export async function benchAuthz(quick: boolean): Promise<BenchResult<AuthzFigures>> {
  const title = "enforcement point under wrk, 64 connections, kept alive, no pipelining, every request let through";
  if (!hasProgram("wrk")) {
    return {
      name: "authz",
      title,
      figures: { skipped: "wrk is not installed" },
      table: "skipped: wrk is not installed",
    };
  }
  const effort = quick ? QUICK : FULL;
  const { seconds, rounds } = effort;
  const rows: Row[] = [];
  for (const adapter of ADAPTERS) rows.push(await measureAdapter(adapter, effort));
  return { name: "authz", title, figures: { seconds, rounds, rows }, table: tableOf(rows) };
}

async function measureAdapter(adapter: Adapter, effort: LoadEffort): Promise<Row> {
  const edge = await startProcess({ template: null });
  try {
    const bare = await startProcess({ template: await takeAnswer(adapter, edge.port) });
    try {
      return await compare(adapter, [edge, bare], effort);
    } finally {
      bare.child.disconnect();
    }
  } finally {
    edge.child.disconnect();
  }
}

/** Headers that the transport writes by itself. */
const OWN_HEADERS = new Set(["connection", "content-length", "date", "keep-alive", "uwebsockets", "transfer-encoding"]);

/** What the enforcement point answers, for the bare handler to answer too. */
async function takeAnswer({ path, question, name }: Adapter, port: number): Promise<Template> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, question);
  const body = await response.text();
  if (response.status !== 200) throw new Error(`${name}: asked once, the answer is ${response.status} ${body}`);
  const headers = [...response.headers].filter(([header]) => !OWN_HEADERS.has(header)).flat();
  return { headers, body };
}

async function compare(
  { name, path, script }: Adapter,
  servers: readonly ServerProcess[],
  effort: LoadEffort,
): Promise<Row> {
  const measured = await loadInTurn(servers.length, effort, (index, seconds) =>
    measureLoad(running(servers[index] as ServerProcess), path, script, seconds),
  );
  const [edge, bare] = measured.map(medianOf) as [Measured, Measured];
  return {
    adapter: name,
    edge,
    bare,
    speedRatio: hundredths(edge.requestsPerSecond / bare.requestsPerSecond),
    cpuRatio: hundredths(bare.cpuMicrosARequest / edge.cpuMicrosARequest),
  };
}

function tableOf(rows: readonly Row[]): string {
  const side = (name: string, { requestsPerSecond, cpuMicrosARequest, p99 }: Measured): readonly string[] => [
    name,
    requestsPerSecond.toLocaleString("en"),
    `${round(cpuMicrosARequest)} µs`,
    p99,
  ];
  return table(
    ["", "requests/s", "CPU a request", "p99"],
    rows.flatMap(({ adapter, edge, bare, speedRatio, cpuRatio }) => [
      side(`/authz/${adapter}`, edge),
      side("  bare handler", bare),
      ["  of bare", `${speedRatio} ×`, `${cpuRatio} ×`, ""],
    ]),
  );
}
