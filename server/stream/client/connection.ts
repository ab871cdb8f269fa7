/** One connection to the server, from its first byte to its last: greets, names columns, and says what comes back. */
import { Packr } from "msgpackr/pack";
import { Unpackr } from "msgpackr/unpack";
import type { Allowance, Wishes } from "../protocol.ts";
import { FROM_CLIENT, FROM_SERVER, PROTOCOL_VERSION } from "../protocol.ts";

const packr = new Packr({ useRecords: false, variableMapSize: true, encodeUndefinedAsNil: true });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true });

/** A WebSocket does not tell which. */
const UNREACHED =
  "the server cannot be reached, or refuses the upgrade: see its adapterPeers, and the path /authz/stream";

/** A close frame has room for 123 bytes of a reason, and a character takes three at most. */
const REASON_LENGTH_MAX = 41;

/** Told what happens, in this order: `onReady` at most once, `onClosed` once. */
export interface ConnectionEvents {
  onReady(): void;
  onDecisions(seq: number, rows: readonly unknown[]): void;
  /** The server allows more requests at once, or fewer. */
  onCredit(): void;
  onClosed(reason: string): void;
}

export class Connection {
  /** Null until the server has greeted. */
  allowance: Allowance | null = null;
  /** What decisions' names begin with. */
  prefix = "";
  /** When something last came, by `performance.now()`. */
  heardAt: number = performance.now();
  readonly #socket: WebSocket;
  readonly #events: ConnectionEvents;
  #closed = false;

  constructor(url: string, columns: readonly string[], wishes: Wishes, events: ConnectionEvents) {
    this.#events = events;
    this.#socket = new WebSocket(url);
    this.#socket.binaryType = "arraybuffer";
    this.#socket.addEventListener("open", () => {
      this.send(encode([FROM_CLIENT.hello, PROTOCOL_VERSION, wishes]));
      this.send(encode([FROM_CLIENT.columns, columns]));
    });
    this.#socket.addEventListener("message", ({ data }) => this.#read(data));
    this.#socket.addEventListener("close", ({ code, reason }) =>
      this.#end(reason === "" ? `closed (${code})` : reason),
    );
    this.#socket.addEventListener("error", () => this.#end(UNREACHED));
  }

  /** Bytes that the system has not taken yet. */
  get waitingBytes(): number {
    return this.#socket.bufferedAmount;
  }

  send(frame: Uint8Array<ArrayBuffer>): void {
    if (!this.#closed) this.#socket.send(frame);
  }

  close(reason: string): void {
    this.#socket.close(1000, reason.slice(0, REASON_LENGTH_MAX));
    this.#end(reason);
  }

  #read(data: unknown): void {
    this.heardAt = performance.now();
    try {
      this.#take(unpackr.unpack(new Uint8Array(data as ArrayBuffer)) as unknown);
    } catch (fault) {
      this.close(`an answer cannot be read: ${fault instanceof Error ? fault.message : String(fault)}`);
    }
  }

  #take(frame: unknown): void {
    if (this.#closed) return;
    if (!Array.isArray(frame)) throw new TypeError("a frame is no array");
    const [kind, ...values] = frame as [number, ...unknown[]];
    if (kind === FROM_SERVER.hello) this.#greet(values as [unknown, unknown, unknown, unknown, string]);
    else if (kind === FROM_SERVER.decisions) this.#events.onDecisions(values[0] as number, values[1] as unknown[]);
    else if (kind === FROM_SERVER.credit && this.allowance !== null) {
      this.allowance = { ...this.allowance, requestsMax: limit(values[0], 0) };
      this.#events.onCredit();
    }
  }

  #greet([, requestsMax, rowsMax, frameBytesMax, prefix]: [unknown, unknown, unknown, unknown, string]): void {
    this.allowance = {
      requestsMax: limit(requestsMax, 0),
      rowsMax: limit(rowsMax, 1),
      frameBytesMax: limit(frameBytesMax, 1),
    };
    this.prefix = prefix;
    this.#events.onReady();
  }

  #end(reason: string): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#events.onClosed(reason);
  }
}

/** What is no limit would let nothing be sent, for ever. @throws TypeError */
function limit(value: unknown, least: number): number {
  if (Number.isSafeInteger(value) && (value as number) >= least) return value as number;
  throw new TypeError("a limit is no count");
}

/** A frame's bytes, of their own: a socket may send them later. */
export function encode(frame: readonly unknown[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(packr.pack(frame));
}
