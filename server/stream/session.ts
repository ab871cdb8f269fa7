/**
 * One connection of the stream: reads its frames, decides, answers. Frames are decided as they come, row by row, without anything made
 * for a row. Only where a policy's identity sources may have to wait for keys are requests kept, and answered in the order in which they
 * came.
 */
import type { Request } from "../../engine/index.ts";
import { makeOutcome } from "../../engine/index.ts";
import type { Earned } from "../challenge/challenges.ts";
import { NOTHING_EARNED } from "../challenge/challenges.ts";
import { readShown } from "../challenge/headers.ts";
import type { Gate } from "../gate.ts";
import { identifyCaller } from "../identity/identify.ts";
import type { Presented } from "../identity/verifier.ts";
import { increment } from "../metrics.ts";
import { describeFault } from "../report.ts";
import type { Socket, SocketHandler } from "../web-socket.ts";
import { CLOSE } from "../web-socket.ts";
import { beginDecisions, writeDecision, writeProblem } from "./decision-writer.ts";
import { FrameFault } from "./frame-fault.ts";
import { FrameReader } from "./frame-reader.ts";
import { FrameWriter } from "./frame-writer.ts";
import type { Allowance, Wishes } from "./protocol.ts";
import { FROM_CLIENT, FROM_SERVER, PROTOCOL_VERSION } from "./protocol.ts";
import { RowReader } from "./row-reader.ts";

/** Milliseconds that a client has to take its answers and go, once the server stops. */
const STOP_MS = 1_000;
const UNIDENTIFIED = "who calls could not be found out";

/** A row that waits: its request, or why it is none. */
interface WaitingRow {
  readonly request: Request;
  readonly stated: string | null;
  problem: string;
}

/** A frame that waits. */
interface WaitingFrame {
  readonly seq: number;
  readonly rows: readonly WaitingRow[];
  ready: boolean;
}

// One frame is read and answered at a time, whichever connection it is from.
const reader = new FrameReader();
const writer = new FrameWriter();

export class StreamSession implements SocketHandler {
  readonly #gate: Gate;
  readonly #allowance: Allowance;
  readonly #onGone: () => void;
  readonly #rows = new RowReader();
  readonly #presented: Presented;
  readonly #queue: WaitingFrame[] = [];
  #socket!: Socket;
  #greeted = false;
  #wishes: Wishes = { refusals: false, challenges: false };
  /** Requests that came and are not answered. */
  #unanswered = 0;
  #stopping: NodeJS.Timeout | null = null;

  /** @param onGone - Called once, when the connection is closed. */
  constructor(gate: Gate, allowance: Allowance, onGone: () => void) {
    this.#gate = gate;
    this.#allowance = allowance;
    this.#onGone = onGone;
    this.#presented = { header: (name) => this.#rows.request.headers[name] ?? "", fromProxy: true };
  }

  onOpen(socket: Socket): void {
    this.#socket = socket;
  }

  onDrain(): void {}

  onMessage(data: Uint8Array, binary: boolean): void {
    try {
      if (!binary) throw new FrameFault("frames are binary");
      reader.point(data);
      this.#read();
    } catch (fault) {
      if (!(fault instanceof FrameFault)) throw fault;
      this.#refuse(CLOSE.badData, fault.message);
    }
  }

  /** Frames that are on their way are answered still. */
  onStop(): void {
    this.#send([FROM_SERVER.credit, 0]);
    this.#stopping = setTimeout(() => this.#socket.end(CLOSE.goingAway, "the server stops"), STOP_MS);
  }

  onClose(): void {
    if (this.#stopping !== null) clearTimeout(this.#stopping);
    this.#queue.length = 0;
    this.#onGone();
  }

  // ── frames ─────────────────────────────────────────────────────────────────

  #read(): void {
    const length = reader.arrayLength("a frame");
    const kind = length === 0 ? -1 : reader.count("a frame's kind");
    if (!this.#greeted && kind !== FROM_CLIENT.hello) throw new FrameFault("the first frame is [0, version]");
    if (kind === FROM_CLIENT.requests && length === 3) this.#readRequests();
    else if (kind === FROM_CLIENT.outcomes && length === 2) this.#readOutcomes();
    else if (kind === FROM_CLIENT.columns && length === 2) this.#readColumns();
    else if (kind === FROM_CLIENT.hello && (length === 2 || length === 3)) this.#readHello(length === 3);
    else throw new FrameFault(`there is no frame of kind ${kind} with ${length} values`);
    if (!this.#socket.closed && !reader.atEnd) throw new FrameFault("something follows the frame");
  }

  #readHello(more: boolean): void {
    if (this.#greeted) throw new FrameFault("a second hello");
    const version = reader.count("the version");
    const options = more ? reader.value("the options") : {};
    if (version !== PROTOCOL_VERSION) {
      return this.#refuse(CLOSE.policy, `version ${version} is not spoken here, but version ${PROTOCOL_VERSION}`);
    }
    this.#greeted = true;
    const asked = options as Readonly<Record<string, unknown>> | null;
    this.#wishes = { refusals: asked?.["refusals"] === true, challenges: asked?.["challenges"] === true };
    const { requestsMax, rowsMax, frameBytesMax } = this.#allowance;
    this.#send([FROM_SERVER.hello, PROTOCOL_VERSION, requestsMax, rowsMax, frameBytesMax], this.#gate.ids.prefix);
  }

  #readColumns(): void {
    const names: string[] = [];
    for (let left = reader.arrayLength("columns"); left > 0; left--) names.push(reader.text("a column"));
    this.#rows.setColumns(names);
  }

  #readRequests(): void {
    if (!this.#rows.ready) throw new FrameFault("rows came before a frame that names their columns");
    const seq = reader.count("seq");
    const rows = this.#rowCount("rows");
    if (this.#unanswered + rows > this.#allowance.requestsMax) {
      return this.#refuse(CLOSE.policy, `more than ${this.#allowance.requestsMax} requests are unanswered`);
    }
    if (this.#gate.view.identifyWaits || this.#queue.length > 0) this.#keep(seq, rows);
    else this.#decideNow(seq, rows);
  }

  #rowCount(what: string): number {
    const rows = reader.arrayLength(what);
    if (rows <= this.#allowance.rowsMax) return rows;
    throw new FrameFault(`a frame has at most ${this.#allowance.rowsMax} rows`);
  }

  #readOutcomes(): void {
    const now = this.#gate.now();
    for (let left = this.#rowCount("outcomes"); left > 0; left--) this.#readOutcome(now);
  }

  /** `[number or name, status, size?, latency?, headers?]`. */
  #readOutcome(now: number): void {
    const length = reader.arrayLength("an outcome");
    if (length < 2 || length > 5) throw new FrameFault("an outcome is [decision, status, size, latency, headers]");
    const id = reader.isText() ? reader.text("an outcome's decision") : reader.count("an outcome's decision");
    const status = reader.count("an outcome's status");
    const size = length > 2 && !reader.isNil() ? reader.count("an outcome's size") : 0;
    const seconds = length > 3 && !reader.isNil() ? reader.number("an outcome's latency") : 0;
    const headers = length > 4 && !reader.isNil() ? readTextMap(reader) : null;
    if (status < 100 || status > 599) return increment(this.#gate.metrics.malformed, "bad_outcome");
    const latencyMicros = Math.max(0, Math.round(seconds * 1e6)) || 0;
    const outcome = makeOutcome(status, { size, latencyMicros, ...(headers === null ? {} : { headers }) });
    this.#gate.observeAt(id, outcome, now);
  }

  // ── decided as they are read ───────────────────────────────────────────────

  #decideNow(seq: number, count: number): void {
    const gate = this.#gate;
    const rows = this.#rows;
    const { view } = gate;
    const identifies = view.verifiers.length > 0;
    const began = performance.now();
    const now = gate.now(began);
    beginDecisions(writer, seq, count);
    for (let left = count; left > 0; left--) {
      rows.read(reader, view.clients);
      const { request } = rows;
      const stated = request.client;
      if (rows.problem !== "") {
        this.#writeProblem(rows.problem);
        continue;
      }
      if (view.needs.headerCount) rows.dropAbsentHeaders();
      if (identifies && stated === null && request.identityError === null) this.#identify(request);
      const ruling = gate.decideAt(request, "stream", now, this.#earnedBy(request));
      writeDecision(writer, ruling, view.policy, stated, this.#wishes);
    }
    this.#answered(began, count);
  }

  #identify(request: Request): void {
    if (identifyCaller(this.#gate, request, this.#presented) === null) return;
    throw new Error("a verifier waits that was said not to");
  }

  /** What an identified request shows of challenges answered before. A client that did not ask for it could not hand on the pass. */
  #earnedBy(request: Request): Earned {
    if (!this.#wishes.challenges) return NOTHING_EARNED;
    return this.#gate.admit(
      request,
      readShown(this.#gate.view.challenges, (name) => request.headers[name] ?? ""),
    );
  }

  #writeProblem(problem: string): void {
    increment(this.#gate.metrics.malformed, "bad_record");
    writeProblem(writer, problem);
  }

  // ── kept until their callers are known ─────────────────────────────────────

  #keep(seq: number, count: number): void {
    const { view } = this.#gate;
    const rows: WaitingRow[] = [];
    const waiting: Promise<void>[] = [];
    for (let left = count; left > 0; left--) {
      this.#rows.renew();
      this.#rows.read(reader, view.clients);
      const { request } = this.#rows;
      const stated = request.client;
      const row = { request, stated, problem: this.#rows.problem };
      rows.push(row);
      if (view.needs.headerCount) this.#rows.dropAbsentHeaders();
      if (row.problem !== "" || stated !== null || request.identityError !== null) continue;
      const coming = identifyCaller(this.#gate, request, this.#presented);
      if (coming !== null) waiting.push(coming.catch(() => void (row.problem = UNIDENTIFIED)));
    }
    // The next row is read into a request of its own, because these are kept.
    this.#rows.renew();
    this.#unanswered += count;
    const frame = { seq, rows, ready: waiting.length === 0 };
    this.#queue.push(frame);
    if (frame.ready) this.#answerReady();
    else void this.#answerWhen(Promise.all(waiting), frame);
  }

  /** A fault of ours is said and ends the connection, as in a frame that waits for nothing; nobody catches it behind this. */
  async #answerWhen(known: Promise<unknown>, frame: WaitingFrame): Promise<void> {
    try {
      await known;
      this.#becameReady(frame);
    } catch (fault) {
      this.#gate.config.report(`fault in a handler: ${describeFault(fault)}`, "fault");
      this.#socket.end(CLOSE.fault, "the server failed");
    }
  }

  #becameReady(frame: WaitingFrame): void {
    frame.ready = true;
    this.#answerReady();
  }

  #answerReady(): void {
    for (let next = this.#queue[0]; next?.ready === true; next = this.#queue[0]) {
      this.#queue.shift();
      this.#unanswered -= next.rows.length;
      this.#answer(next);
    }
  }

  #answer({ seq, rows }: WaitingFrame): void {
    const gate = this.#gate;
    const began = performance.now();
    const now = gate.now(began);
    beginDecisions(writer, seq, rows.length);
    for (const { request, stated, problem } of rows) {
      if (problem !== "") this.#writeProblem(problem);
      else {
        const ruling = gate.decideAt(request, "stream", now, this.#earnedBy(request));
        writeDecision(writer, ruling, gate.view.policy, stated, this.#wishes);
      }
    }
    this.#answered(began, rows.length);
  }

  /** Sends what was decided, and notes how long a decision took: the mean, since a clock would cost more than a decision. */
  #answered(began: number, rows: number): void {
    this.#gate.metrics.decideSeconds.observe((performance.now() - began) / 1_000 / Math.max(1, rows), rows);
    this.#socket.send(writer.frame);
  }

  // ── the connection ─────────────────────────────────────────────────────────

  #send(counts: readonly number[], text?: string): void {
    writer.begin();
    writer.array(counts.length + (text === undefined ? 0 : 1));
    for (const count of counts) writer.count(count);
    if (text !== undefined) writer.text(text);
    this.#socket.send(writer.frame);
  }

  #refuse(code: number, reason: string): void {
    increment(this.#gate.metrics.malformed, "bad_frame");
    this.#socket.end(code, reason);
  }
}

function readTextMap(from: FrameReader): Readonly<Record<string, string>> {
  const texts = Object.create(null) as Record<string, string>;
  for (let left = from.mapLength("headers"); left > 0; left--) {
    const name = from.text("a header's name").toLowerCase();
    texts[name] = from.text("a header");
  }
  return texts;
}
