/**
 * The stream protocol: `order` reads by a thousand clients in batches, over a WebSocket to the enforcement point in a process of its own.
 * What counts is that process's CPU time; this one only has to be fast enough to keep it busy. Beside it: what msgpackr alone takes to
 * read the same frames and to write as many answers.
 */
import { Packr } from "msgpackr/pack";
import { Unpackr } from "msgpackr/unpack";
import { createEngine, type Request } from "../engine/index.ts";
import { enforcedPolicy } from "./authz-server.ts";
import { hundredths, percentile } from "./measure.ts";
import { ordersTraffic } from "./orders-traffic.ts";
import type { BenchResult } from "./result.ts";
import { seeded } from "./seeded.ts";
import { cpuMicrosOf, startProcess } from "./server-process.ts";
import { table } from "./table.ts";

const FULL = { rounds: 7, frames: 20_000 };
const QUICK = { rounds: 1, frames: 500 };
const BATCH = 64;
/** Distinct frames that are sent in turn. */
const FRAMES = 512;
/** Frames under way at once: as many requests as the server allows. */
const WINDOW = 64;
const CLIENTS = 1_000;

const COLUMNS = ["method", "path", "ip", "client", "header:user-agent"];
const packr = new Packr({ useRecords: false });
const unpackr = new Unpackr({ useRecords: false });

/** What the group measures. */
export interface StreamFigures {
  readonly batch: number;
  readonly decisionsChecked: number;
  /** Decisions a second of the server's CPU time: the median of the rounds, and the best. */
  readonly decisionsACpuSecond: number;
  readonly best: number;
  /** Decisions a second of time that passed, which this process may have held up. */
  readonly decisionsASecond: number;
  /** Rows a second that msgpackr alone reads and answers. */
  readonly msgpackrRowsASecond: number;
  /** The first over the last. */
  readonly ofMsgpackr: number;
}

export async function benchStream(quick: boolean): Promise<BenchResult<StreamFigures>> {
  const { rounds, frames } = quick ? QUICK : FULL;
  const title = `stream: \`order\` reads by ${CLIENTS} clients, ${BATCH} to a frame, example policy, server on one core`;
  const { child, port } = await startProcess({ template: null });
  try {
    const decisionsChecked = await checkAnswers(port);
    const batches = readFrames();
    const stream = await connect(port, COLUMNS);
    await run(stream, batches, frames);
    const speeds: { readonly cpu: number; readonly wall: number }[] = [];
    const alone: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const before = await cpuMicrosOf(child);
      const began = performance.now();
      await run(stream, batches, frames);
      const wall = (frames * BATCH * 1_000) / (performance.now() - began);
      speeds.push({ cpu: (frames * BATCH * 1e6) / ((await cpuMicrosOf(child)) - before), wall });
      alone.push(rowsASecondAlone(batches, Math.ceil(frames / FRAMES)));
    }
    stream.socket.close();
    const middle = (values: readonly number[]): number =>
      percentile(
        [...values].sort((a, b) => a - b),
        50,
      );
    const cpu = Math.round(middle(speeds.map((speed) => speed.cpu)));
    const rows = Math.round(middle(alone));
    const figures = {
      batch: BATCH,
      decisionsChecked,
      decisionsACpuSecond: cpu,
      best: Math.round(Math.max(...speeds.map((speed) => speed.cpu))),
      decisionsASecond: Math.round(middle(speeds.map(({ wall }) => wall))),
      msgpackrRowsASecond: rows,
      ofMsgpackr: hundredths(cpu / rows),
    };
    return { name: "stream", title, figures, table: tableOf(figures) };
  } finally {
    child.disconnect();
  }
}

function tableOf(figures: StreamFigures): string {
  const rows: readonly (readonly [string, number])[] = [
    ["decisions a second of the server's CPU", figures.decisionsACpuSecond],
    ["  best round", figures.best],
    ["decisions a second that passed", figures.decisionsASecond],
    ["msgpackr alone, rows a second", figures.msgpackrRowsASecond],
    ["answers compared with in-process decisions first", figures.decisionsChecked],
  ];
  const cells = rows.map(([what, value]) => [what, value.toLocaleString("en")]);
  return table(["", ""], [...cells, ["of msgpackr alone", `${figures.ofMsgpackr} ×`]]);
}

// ── the stream ──────────────────────────────────────────────────────────────

interface Stream {
  readonly socket: WebSocket;
  /** Called with each frame of decisions. */
  onDecisions: (frame: Uint8Array) => void;
}

async function connect(port: number, columns: readonly string[]): Promise<Stream> {
  const socket = new WebSocket(`ws://127.0.0.1:${port}/authz/stream`);
  socket.binaryType = "arraybuffer";
  const stream: Stream = { socket, onDecisions: () => {} };
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener("error", () => reject(new Error("no stream")), { once: true });
    socket.addEventListener("open", () => socket.send(packr.pack([0, 1])), { once: true });
    socket.addEventListener("close", ({ code, reason }) => reject(new Error(`the stream closed: ${code} ${reason}`)));
    // The first message is the server's hello.
    socket.addEventListener("message", () => resolve(), { once: true });
  });
  socket.addEventListener("message", ({ data }) => stream.onDecisions(new Uint8Array(data as ArrayBuffer)));
  socket.send(packr.pack([3, columns]));
  return stream;
}

function run(stream: Stream, batches: readonly Buffer[], frames: number): Promise<void> {
  return new Promise((resolve) => {
    let sent = 0;
    let answered = 0;
    const send = (): void => stream.socket.send(batches[sent++ % batches.length] ?? Buffer.alloc(0));
    stream.onDecisions = () => {
      answered++;
      if (sent < frames) send();
      else if (answered === frames) resolve();
    };
    while (sent < Math.min(WINDOW, frames)) send();
  });
}

/** Frames of `order` reads, each row another client at random, from its own address. */
function readFrames(): readonly Buffer[] {
  const random = seeded(7);
  const row = (): readonly unknown[] => {
    const index = Math.floor(random() * CLIENTS);
    const path = `/v1/orders/${Math.floor(random() * 100_000)}?expand=lines`;
    const ip = `10.${index >> 8}.${index & 255}.7`;
    return ["GET", path, ip, `client_${index}`, `partner/${index % 7}`];
  };
  return Array.from({ length: FRAMES }, (_, seq) =>
    Buffer.from(packr.pack([1, seq, Array.from({ length: BATCH }, row)])),
  );
}

// ── what is compared ────────────────────────────────────────────────────────

function rowsASecondAlone(batches: readonly Buffer[], turns: number): number {
  let bytes = 0;
  const before = process.cpuUsage();
  for (let turn = 0; turn < turns; turn++) {
    for (const batch of batches) {
      const [, seq, rows] = unpackr.unpack(batch) as [number, number, unknown[][]];
      const decisions = rows.map((_, index) => turn * BATCH + index);
      bytes += packr.pack([1, seq, decisions]).length;
    }
  }
  if (bytes === 0) throw new Error("nothing was written");
  const { user, system } = process.cpuUsage(before);
  return (turns * batches.length * BATCH * 1e6) / (user + system);
}

/** Mixed traffic, decided here and there. @returns How many decisions were compared. */
async function checkAnswers(port: number): Promise<number> {
  const requests = ordersTraffic(2_048, 3).map(({ request }) => request);
  const stream = await connect(port, ["method", "path", "ip", "host", "size", "client", "headers", "body"]);
  const answers: unknown[] = [];
  const engine = createEngine(enforcedPolicy());
  const own: (readonly unknown[])[] = [];
  for (let at = 0; at < requests.length; at += BATCH) {
    const some = requests.slice(at, at + BATCH);
    const frame = packr.pack([1, at, some.map(rowOf)]);
    const rows = await new Promise<readonly unknown[]>((resolve) => {
      stream.onDecisions = (bytes) => resolve((unpackr.unpack(bytes) as [number, number, unknown[]])[2]);
      stream.socket.send(frame);
    });
    answers.push(...rows.map((row) => (Array.isArray(row) ? [row[1], row[2], row[4] ?? null] : [0, 200, null])));
    for (const request of some) {
      const { verdict, status, by } = engine.decide(request, Date.now() * 1_000);
      own.push([verdict, status, by]);
    }
  }
  stream.socket.close();
  const different = own.findIndex((decision, index) => JSON.stringify(decision) !== JSON.stringify(answers[index]));
  if (different < 0) return own.length;
  throw new Error(`request ${different}: here ${String(own[different])}, there ${String(answers[different])}`);
}

function rowOf({ method, path, ip, host, size, client, headers, body }: Request): readonly unknown[] {
  return [method, path, ip, host, size, client, headers, body ?? null];
}
