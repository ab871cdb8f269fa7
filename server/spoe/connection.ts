/** One connection of HAProxy: frames in, frames out, within bounds; whatever is not the protocol ends it with its reason. */
import type { Socket } from "node:net";
import {
  ackFrame,
  disconnectFrame,
  FRAME,
  type Frame,
  helloFrame,
  type Message,
  readFrame,
  readMessages,
  readPairs,
  STATUS,
} from "./frames.ts";
import type { HaproxyProcess, InFlight } from "./in-flight.ts";
import { SpoeFault } from "./values.ts";

/** Variables to set, or a promise of them. */
export type Answer = Iterable<readonly [string, string | number]>;
/** Who waits for an answer. */
export interface Asker {
  /** Nobody would read an answer any more. */
  readonly gone: boolean;
  /** The HAProxy that asks, where it can be told from others and be seen to die. */
  readonly haproxy: HaproxyProcess | null;
  /** Calls `leave` when it goes, unless the function that is returned was called before. */
  whenGone(leave: () => void): () => void;
}
export type Answering = (messages: readonly Message[], asker: Asker) => Answer | Promise<Answer>;

/** Bytes of a frame that HAProxy may send: its own default buffer (`tune.bufsize`) is as large. */
export const FRAME_BYTES_MAX = 16_384;
/** NOTIFY frames of one connection that may wait for their answer; one more ends the connection, so HAProxy opens another. */
const WAITING_MAX = 4_096;
/** Bytes of answers that may wait for a peer that does not read them. */
const UNREAD_BYTES_MAX = 4 * 1_048_576;
/** The smallest frame that both sides take (SPOE.txt §3.2.4). */
const FRAME_BYTES_MIN = 256;
/** Milliseconds that a peer has for its HELLO, which is the first that it says (SPOE.txt §3.2.4), and for any frame that it began. */
const FRAME_MS = 10_000;
/** Milliseconds that a peer has to take the last frame and go. */
const LINGER_MS = 1_000;
/** A peer that says nothing for as long is asked whether it is still there. */
const KEEP_ALIVE_MS = 60_000;
const NOTHING: Buffer = Buffer.alloc(0);

export interface SpoeOptions {
  /** Null for a peer whose end cannot be told from that of the network between. */
  readonly inFlight?: InFlight | null;
  /** Milliseconds that a peer has for its HELLO, and for any frame that it began. */
  readonly frameMs?: number;
  /** Milliseconds in which a peer takes something of the answers that wait for it. */
  readonly sendTimeoutMs: number;
  /** Told of each peer that does not. */
  readonly onUnread: () => void;
}

export class SpoeConnection implements Asker {
  readonly #socket: Socket;
  readonly #answering: Answering;
  #received: Buffer = NOTHING;
  #agreed = false;
  #waiting = 0;
  haproxy: HaproxyProcess | null = null;
  readonly #inFlight: InFlight | null;
  /** Whether the end was announced, by either side. */
  #announced = false;
  readonly #leaves = new Set<() => void>();
  readonly #frameMs: number;
  readonly #sendTimeoutMs: number;
  readonly #onUnread: () => void;
  /** Whether answers wait for the peer. */
  #stalled = false;
  /** Runs while a frame is due. */
  #deadline: NodeJS.Timeout | null = null;

  constructor(socket: Socket, answering: Answering, options: SpoeOptions) {
    this.#socket = socket;
    this.#answering = answering;
    this.#frameMs = options.frameMs ?? FRAME_MS;
    this.#sendTimeoutMs = options.sendTimeoutMs;
    this.#inFlight = options.inFlight ?? null;
    this.#onUnread = options.onUnread;
    socket.setNoDelay(true).setKeepAlive(true, KEEP_ALIVE_MS);
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("drain", () => this.#goOn());
    // Where it was this thread that stood still, what was taken meanwhile is heard first.
    socket.on("timeout", () => setImmediate(() => this.#stalled && this.#cut()));
    socket.on("error", () => socket.destroy());
    socket.on("close", () => {
      this.#leave();
      this.haproxy?.leave(!this.#announced);
    });
    this.#expect();
  }

  /** Writes, for as long as the peer takes something of it. */
  #write(bytes: Buffer): void {
    const socket = this.#socket;
    if (socket.write(bytes)) return;
    if (socket.writableLength > UNREAD_BYTES_MAX) return this.#cut();
    if (this.#stalled) return;
    this.#stalled = true;
    // Node.js looks whether the system has taken anything meanwhile, and waits on where it has.
    socket.setTimeout(this.#sendTimeoutMs);
  }

  /** All that waited is taken. */
  #goOn(): void {
    this.#stalled = false;
    this.#socket.setTimeout(0).resume();
    this.#expect();
  }

  #cut(): void {
    if (this.#socket.destroyed) return;
    this.#onUnread();
    this.#announced = true;
    this.#socket.destroy();
  }

  get gone(): boolean {
    return !this.#socket.writable;
  }

  whenGone(leave: () => void): () => void {
    this.#leaves.add(leave);
    return () => void this.#leaves.delete(leave);
  }

  /** Begins to wait for a frame where one is due: the HELLO, or the rest of one that was begun. */
  #expect(): void {
    if (this.#deadline !== null || (this.#agreed && this.#received.length === 0)) return;
    const late = this.#agreed ? "a frame that was begun was not ended" : "there was no HELLO";
    const end = (): void => this.close(STATUS.timeout, `${late} within ${this.#frameMs} ms`);
    this.#deadline = setTimeout(end, this.#frameMs);
  }

  #expectNothing(): void {
    if (this.#deadline !== null) clearTimeout(this.#deadline);
    this.#deadline = null;
  }

  #leave(): void {
    this.#expectNothing();
    const leaves = [...this.#leaves];
    this.#leaves.clear();
    for (const leave of leaves) leave();
  }

  /** Ends it for `message`, which HAProxy logs. */
  close(status: number, message: string): void {
    this.#end(disconnectFrame(status, message));
  }

  /** A peer that stays would keep its place among the connections, and one that does not read would keep the server from stopping. */
  #end(last: Buffer): void {
    const socket = this.#socket;
    if (socket.writableEnded) return;
    this.#announced = true;
    socket.end(last);
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.on("close", () => clearTimeout(timer));
    // What still comes is read, and goes: else the system would say that it was lost, and the peer not read why.
    socket.resume();
    this.#leave();
  }

  #receive(chunk: Buffer): void {
    if (this.gone) return;
    this.#received = this.#received.length === 0 ? chunk : Buffer.concat([this.#received, chunk]);
    try {
      this.#takeFrames();
    } catch (fault) {
      if (!(fault instanceof SpoeFault)) throw fault;
      this.close(STATUS.invalid, fault.message);
    }
    if (this.gone) this.#received = NOTHING;
    // Who does not read its answers is asked no more: they would wait here, and what it has begun cannot be ended.
    else if (this.#socket.writableNeedDrain) {
      this.#socket.pause();
      this.#expectNothing();
    } else this.#expect();
  }

  #takeFrames(): void {
    let at = 0;
    while (this.#received.length - at >= 4 && !this.gone) {
      const length = this.#received.readUInt32BE(at);
      if (length > FRAME_BYTES_MAX) throw new SpoeFault(`a frame of ${length} bytes is longer than ${FRAME_BYTES_MAX}`);
      if (this.#received.length - at - 4 < length) break;
      this.#expectNothing();
      this.#take(readFrame(this.#received.subarray(at + 4, at + 4 + length)));
      at += 4 + length;
    }
    this.#received = Buffer.from(this.#received.subarray(at));
  }

  #take(frame: Frame): void {
    if (frame.type === FRAME.haproxyHello && !this.#agreed) return this.#greet(frame);
    if (frame.type === FRAME.haproxyDisconnect) return this.close(STATUS.normal, "bye");
    if (!this.#agreed) throw new SpoeFault("the first frame is not a HELLO");
    // Frames of later versions are to be ignored (SPOE.txt §3.2.1).
    if (frame.type === FRAME.notify) this.#notify(frame);
  }

  #greet({ body }: Frame): void {
    const pairs = readPairs(body);
    const versions = String(pairs.get("supported-versions") ?? "").split(",");
    if (!versions.some((version) => version.trim().startsWith("2.")))
      return this.close(STATUS.noVersion, "version 2.0 is spoken here");
    const theirs = Number(pairs.get("max-frame-size"));
    if (!(theirs >= FRAME_BYTES_MIN)) throw new SpoeFault("the HELLO has no max-frame-size");
    this.#agreed = true;
    this.#write(helloFrame(Math.min(theirs, FRAME_BYTES_MAX)));
    if (pairs.get("healthcheck") === true) return this.#end(NOTHING);
    const engine = pairs.get("engine-id");
    if (typeof engine === "string") this.haproxy = this.#inFlight?.join(engine) ?? null;
  }

  #notify({ stream, id, body }: Frame): void {
    const messages = readMessages(body);
    if (this.#waiting >= WAITING_MAX) return this.close(STATUS.resources, `${WAITING_MAX} requests wait already`);
    const answer = this.#answering(messages, this);
    if (!(answer instanceof Promise)) return this.#acknowledge(stream, id, answer);
    this.#waiting++;
    // A request that cannot be answered is left to HAProxy's timeout, which its configuration treats as a refusal.
    void answer
      .then((variables) => this.#acknowledge(stream, id, variables))
      .catch(() => {})
      .finally(() => this.#waiting--);
  }

  #acknowledge(stream: number, id: number, variables: Answer): void {
    if (this.#socket.writable) this.#write(ackFrame(stream, id, variables));
  }
}
