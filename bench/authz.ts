/**
 * The enforcement point under wrk: `/authz/json` and `/authz/nginx` against a bare uWebSockets.js handler that reads the same
 * fields and answers the same bytes. Server on one core, load on the other, in turn; the server's own CPU time a request is
 * told too, because one thread of wrk may be the slower side.
 */
import type { Template } from "./authz-server.ts";
import { hundredths, percentile, round } from "./measure.ts";
import type { BenchResult } from "./result.ts";
import { table } from "./table.ts";
import { cpuMicrosOf, type ServerProcess, startProcess } from "./server-process.ts";
import { hasProgram, runWrk } from "./wrk.ts";

const FULL = { seconds: 5, rounds: 5 };
const QUICK = { seconds: 1, rounds: 1 };

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

/** What was measured of one server. */
export interface Side {
  readonly requestsPerSecond: number;
  readonly cpuMicrosARequest: number;
  readonly p99: string;
}
interface Row {
  readonly adapter: string;
  readonly edge: Side;
  readonly bare: Side;
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
  const { seconds, rounds } = quick ? QUICK : FULL;
  const rows: Row[] = [];
  for (const adapter of ADAPTERS) rows.push(await measureAdapter(adapter, seconds, rounds));
  return { name: "authz", title, figures: { seconds, rounds, rows }, table: tableOf(rows) };
}

async function measureAdapter(adapter: Adapter, seconds: number, rounds: number): Promise<Row> {
  const edge = await startProcess({ template: null });
  try {
    const bare = await startProcess({ template: await takeAnswer(adapter, edge.port) });
    try {
      return await compare(adapter, edge, bare, seconds, rounds);
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
  edge: ServerProcess,
  bare: ServerProcess,
  seconds: number,
  rounds: number,
): Promise<Row> {
  const edges: Side[] = [];
  const bares: Side[] = [];
  // One round more comes first and is not kept: the code must be warm.
  for (let turn = -1; turn < rounds; turn++) {
    for (const [server, sides] of [
      [edge, edges],
      [bare, bares],
    ] as const) {
      const side = await measureSide(server, path, script, turn < 0 ? 2 : seconds);
      if (turn >= 0) sides.push(side);
    }
  }
  const [over, under] = [middleOf(edges), middleOf(bares)];
  return {
    adapter: name,
    edge: over,
    bare: under,
    speedRatio: hundredths(over.requestsPerSecond / under.requestsPerSecond),
    cpuRatio: hundredths(under.cpuMicrosARequest / over.cpuMicrosARequest),
  };
}

/** Loads a server once. */
export async function measureSide(server: ServerProcess, path: string, script: string, seconds: number): Promise<Side> {
  const before = await cpuMicrosOf(server.child);
  const load = await runWrk(`http://127.0.0.1:${server.port}${path}`, script, seconds);
  const cpuMicros = (await cpuMicrosOf(server.child)) - before;
  return {
    requestsPerSecond: Math.round(load.requestsPerSecond),
    cpuMicrosARequest: hundredths(cpuMicros / load.requests),
    p99: load.p99,
  };
}

/** The medians of each figure; the latency is that of the middle round by speed. */
export function middleOf(sides: readonly Side[]): Side {
  const bySpeed = [...sides].sort((a, b) => a.requestsPerSecond - b.requestsPerSecond);
  const cpu = sides.map((side) => side.cpuMicrosARequest).sort((a, b) => a - b);
  const middle = bySpeed[bySpeed.length >> 1];
  if (middle === undefined) throw new Error("nothing was measured");
  return { ...middle, cpuMicrosARequest: percentile(cpu, 50) };
}

function tableOf(rows: readonly Row[]): string {
  const side = (name: string, { requestsPerSecond, cpuMicrosARequest, p99 }: Side): readonly string[] => [
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
