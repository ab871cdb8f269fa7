/**
 * The stream's client: gathers what is asked in one turn of the event loop into frames, within what the server allows, and answers every
 * request within its deadline, by the server's decision or by the fail mode.
 */
import { FROM_CLIENT } from "../protocol.ts";
import { Connection, encode } from "./connection.ts";
import { DeadlineGroup } from "./deadline-group.ts";
import type {
  Settings,
  StreamClientOptions,
  StreamDecision,
  StreamFailure,
  StreamOutcome,
  StreamRequest,
  StreamState,
} from "./options.ts";
import { settingsOf } from "./options.ts";
import { decisionOf, failed, outcomeRow, RowShape } from "./rows.ts";

/** Outcomes are dropped while more than this waits to be sent. */
const WAITING_BYTES_MAX = 4 * 1_048_576;
/** A connection on which nothing came for this long, or for ten deadlines if that is longer, is given up while answers or the greeting are due. */
const SILENCE_MS = 5_000;

/** A request that is asked. */
interface Asked {
  readonly request: StreamRequest;
  readonly settle: (decision: StreamDecision) => void;
  /** Null until it waits. */
  group: DeadlineGroup<Asked> | null;
  settled: boolean;
}

/** The stream to one server. Made by {@link connectStream}. */
export class StreamClient {
  readonly #settings: Settings;
  readonly #shape: RowShape;
  #state: StreamState = "connecting";
  #connection: Connection | null = null;
  /** Whether a connection failed since there was the last one: then nothing waits for the next. */
  #failing = false;
  #attempts = 0;
  #retry: ReturnType<typeof setTimeout> | null = null;
  /** Asked and not sent, sent and not answered by the frame's number. */
  #queue: Asked[] = [];
  readonly #sent = new Map<number, readonly Asked[]>();
  #unanswered = 0;
  #seq = 0;
  #outcomes: unknown[][] = [];
  #outcomesDropped = 0;
  #flushing = false;
  /**
   * Of this turn. An array of its own each turn, and no Map: the table of a Map that is cleared refers to the next one, so that once one of
   * them is in V8's old space, all that is asked afterwards follows it there.
   */
  #groups: DeadlineGroup<Asked>[] = [];

  constructor(options: StreamClientOptions) {
    this.#settings = settingsOf(options);
    this.#shape = new RowShape(this.#settings.headers);
    this.#connect();
  }

  get state(): StreamState {
    return this.#state;
  }
  /** Outcomes that were not sent, for want of a connection or of room, or because they are none. */
  get outcomesDropped(): number {
    return this.#outcomesDropped;
  }

  /**
   * Asks for a decision. Never rejects: where the server does not decide in time, the fail mode does, and `failure` says why.
   *
   * @param deadlineMs - Milliseconds that it may take. Default: the option's.
   */
  decide(request: StreamRequest, deadlineMs: number = this.#settings.deadlineMs): Promise<StreamDecision> {
    return new Promise((settle) => this.#ask({ request, settle, group: null, settled: false }, deadlineMs));
  }

  /** Reports what the service answered to a request that was let through. Dropped and counted where that cannot be sent. */
  report({ id }: Pick<StreamDecision, "id">, outcome: StreamOutcome): void {
    if (id === "") return;
    const connection = this.#connection;
    const fits = this.#outcomes.length < this.#settings.queueMax && (connection?.waitingBytes ?? 0) < WAITING_BYTES_MAX;
    const row = this.#state === "open" && fits ? outcomeRow(id, outcome) : null;
    if (row === null) return void this.#outcomesDropped++;
    this.#outcomes.push(row);
    this.#flushSoon();
  }

  /** Closes for good: what waits is decided by the fail mode. */
  close(): void {
    if (this.#state === "closed") return;
    if (this.#retry !== null) clearTimeout(this.#retry);
    this.#flush();
    const connection = this.#connection;
    this.#connection = null;
    this.#become("closed", "closed here");
    connection?.close("closed by the client");
    this.#failAll("closed", "the client was closed");
  }

  // ── asking ─────────────────────────────────────────────────────────────────

  #ask(asked: Asked, deadlineMs: number): void {
    if (this.#state === "closed") return this.#fail(asked, "closed", "the client was closed");
    if (this.#failing) return this.#fail(asked, "not_connected", "there is no connection");
    if (this.#queue.length >= this.#settings.queueMax) {
      return this.#fail(asked, "queue_full", `${this.#settings.queueMax} requests wait already`);
    }
    this.#queue.push(asked);
    this.#expireLater(asked, deadlineMs);
    this.#flushSoon();
  }

  #expireLater(asked: Asked, deadlineMs: number): void {
    let group = this.#groups.find(({ ms, isRunning }) => ms === deadlineMs && isRunning);
    if (group === undefined) {
      group = new DeadlineGroup(deadlineMs, this.#expire);
      this.#groups.push(group);
    }
    group.add(asked);
    asked.group = group;
  }

  readonly #expire = (group: readonly Asked[], deadlineMs: number): void => {
    let late = 0;
    for (const asked of group) {
      if (asked.settled) continue;
      late++;
      this.#fail(asked, "deadline", `no decision within ${deadlineMs} ms`);
    }
    if (late === 0) return;
    this.#queue = this.#queue.filter((asked) => !asked.settled);
    const connection = this.#connection;
    if (connection === null || (this.#unanswered === 0 && connection.allowance !== null)) return;
    const silence = performance.now() - connection.heardAt;
    if (silence > Math.max(SILENCE_MS, 10 * deadlineMs)) connection.close("the server is silent");
  };

  #flushSoon(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    queueMicrotask(() => {
      this.#flushing = false;
      this.#flush();
    });
  }

  #flush(): void {
    if (this.#groups.length > 0) this.#groups = [];
    const connection = this.#connection;
    const allowance = connection?.allowance ?? null;
    if (connection === null || allowance === null) return;
    // Outcomes first: they were known before what is asked now, and may decide it.
    while (this.#outcomes.length > 0) {
      connection.send(encode([FROM_CLIENT.outcomes, this.#outcomes.splice(0, allowance.rowsMax)]));
    }
    while (this.#queue.length > 0 && this.#unanswered < allowance.requestsMax) {
      const room = Math.min(allowance.requestsMax - this.#unanswered, allowance.rowsMax);
      this.#sendThose(connection, this.#queue.splice(0, room), allowance.frameBytesMax);
    }
  }

  /** Sends those that are requests: what the server could not read would cost it all others. */
  #sendThose(connection: Connection, batch: readonly Asked[], bytesMax: number): void {
    const good: Asked[] = [];
    const rows: (readonly unknown[])[] = [];
    for (const asked of batch) {
      const row = this.#shape.rowOf(asked.request);
      if (typeof row === "string") {
        this.#fail(asked, "rejected", row);
        continue;
      }
      good.push(asked);
      rows.push(row);
    }
    if (rows.length > 0) this.#send(connection, good, rows, bytesMax);
  }

  /** Sends one frame, or two halves where it is too long. */
  #send(
    connection: Connection,
    batch: readonly Asked[],
    rows: readonly (readonly unknown[])[],
    bytesMax: number,
  ): void {
    const seq = this.#seq++;
    const frame = encode([FROM_CLIENT.requests, seq, rows]);
    if (frame.length <= bytesMax) {
      this.#sent.set(seq, batch);
      this.#unanswered += batch.length;
      connection.send(frame);
    } else if (batch.length === 1) {
      for (const asked of batch) this.#fail(asked, "rejected", `the request is longer than ${bytesMax} bytes`);
    } else {
      const half = batch.length >> 1;
      this.#send(connection, batch.slice(0, half), rows.slice(0, half), bytesMax);
      this.#send(connection, batch.slice(half), rows.slice(half), bytesMax);
    }
  }

  // ── answering ──────────────────────────────────────────────────────────────

  #answer(connection: Connection, seq: number, rows: readonly unknown[]): void {
    const batch = this.#sent.get(seq);
    if (batch === undefined || batch.length !== rows.length)
      throw new Error(`an answer to frame ${seq}, which was not asked so`);
    const decided = batch.map((asked, index) => decisionOf(rows[index], connection.prefix, asked.request));
    this.#sent.delete(seq);
    this.#unanswered -= batch.length;
    for (const [index, asked] of batch.entries()) {
      const decision = decided[index] ?? "";
      if (typeof decision === "string") this.#fail(asked, "rejected", decision);
      else this.#settle(asked, decision);
    }
    if (this.#queue.length > 0) this.#flushSoon();
    else if (this.#unanswered === 0 && connection.allowance?.requestsMax === 0) connection.close("the server stops");
  }

  #settle(asked: Asked, decision: StreamDecision): void {
    if (asked.settled) return;
    asked.settled = true;
    asked.group?.settled();
    asked.settle(decision);
  }

  #fail(asked: Asked, failure: StreamFailure, reason: string): void {
    if (asked.settled) return;
    const { failMode } = this.#settings;
    if (typeof failMode !== "function") return this.#settle(asked, failed(failMode, failure, reason));
    try {
      this.#settle(asked, failMode(asked.request, failure));
    } catch {
      // A fail mode that fails must not let anyone through.
      this.#settle(asked, failed("closed", failure, reason));
    }
  }

  #failAll(failure: StreamFailure, reason: string): void {
    const all = [...[...this.#sent.values()].flat(), ...this.#queue];
    this.#sent.clear();
    this.#queue = [];
    this.#unanswered = 0;
    this.#outcomesDropped += this.#outcomes.length;
    this.#outcomes = [];
    for (const asked of all) this.#fail(asked, failure, reason);
  }

  // ── connecting ─────────────────────────────────────────────────────────────

  #connect(): void {
    this.#retry = null;
    const { url, refusals, challenges } = this.#settings;
    const connection: Connection = new Connection(
      url,
      this.#shape.names,
      { refusals, challenges },
      {
        onReady: () => this.#ready(),
        onDecisions: (seq, rows) => this.#answer(connection, seq, rows),
        onCredit: () => this.#credited(connection),
        onClosed: (reason) => this.#lost(connection, reason),
      },
    );
    this.#connection = connection;
    this.#become("connecting", "");
  }

  #ready(): void {
    this.#failing = false;
    this.#attempts = 0;
    this.#become("open", "");
    this.#flush();
  }

  #credited(connection: Connection): void {
    if (connection.allowance?.requestsMax === 0 && this.#unanswered === 0) connection.close("the server stops");
    else this.#flush();
  }

  #lost(connection: Connection, reason: string): void {
    if (this.#connection !== connection || this.#state === "closed") return;
    this.#connection = null;
    this.#failing = true;
    const { retryLeastMs, retryMostMs } = this.#settings;
    // Before anybody is told, who may close the client.
    this.#retry = setTimeout(
      () => this.#connect(),
      retryDelayMs(this.#attempts++, retryLeastMs, retryMostMs, Math.random()),
    );
    this.#become("waiting", reason);
    this.#failAll("not_connected", reason);
  }

  #become(state: StreamState, reason: string): void {
    if (this.#state === state && reason === "") return;
    this.#state = state;
    try {
      this.#settings.onState(state, reason);
    } catch {
      // Whoever is told has no say in it: the client goes on.
    }
  }
}

/**
 * How long to wait before an attempt: twice as long each time, half of it by chance, so that many clients do not come back at once.
 *
 * @param attempts - Attempts that failed before.
 * @param chance - From 0 to 1.
 */
export function retryDelayMs(attempts: number, leastMs: number, mostMs: number, chance: number): number {
  const whole = Math.min(mostMs, leastMs * 2 ** Math.min(attempts, 30));
  return whole / 2 + (whole / 2) * chance;
}
