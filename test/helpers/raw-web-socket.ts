/** A WebSocket client made by hand, for frames that no client library sends. */
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { until } from "./server.ts";

/** Opcodes of RFC 6455 §5.2. */
export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

export interface Frame {
  readonly opcode: number;
  readonly payload: Buffer;
}

export interface FrameOptions {
  /** Default true. */
  readonly last?: boolean;
  /** Default 0. */
  readonly reserved?: number;
}

/** Bytes of a frame. */
export function frame(opcode: number, payload: string | Uint8Array, options: FrameOptions = {}): Buffer {
  const { last = true, reserved = 0 } = options;
  const data = Buffer.from(payload);
  const head =
    data.length < 126
      ? Buffer.from([0, 0x80 | data.length])
      : data.length < 65_536
        ? Buffer.from([0, 0x80 | 126, data.length >> 8, data.length & 255])
        : Buffer.from([
            0,
            0x80 | 127,
            0,
            0,
            0,
            0,
            data.length >>> 24,
            (data.length >> 16) & 255,
            (data.length >> 8) & 255,
            data.length & 255,
          ]);
  head[0] = (last ? 0x80 : 0) | (reserved << 4) | opcode;
  const key = Buffer.from([1, 2, 3, 4]);
  return Buffer.concat([head, key, data.map((byte, index) => byte ^ (key[index & 3] ?? 0))]);
}

export const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

export class RawWebSocket {
  readonly socket: Socket;
  readonly frames: Frame[] = [];
  closed = false;
  /** The answer to the upgrade. */
  head = "";
  #received: Buffer = Buffer.alloc(0);

  /** @param headers - Lines beside those of an upgrade; one of the same name replaces it, an empty value takes it out. */
  constructor(port: number, path: string, headers: Readonly<Record<string, string>> = {}) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.on("close", () => (this.closed = true));
    this.socket.on("error", () => {});
    this.socket.on("data", (data: Buffer) => this.#read(data));
    onTestFinished(() => void this.socket.destroy());
    const all = {
      host: "a",
      connection: "Upgrade",
      upgrade: "websocket",
      "sec-websocket-key": KEY,
      "sec-websocket-version": "13",
      ...headers,
    };
    const lines = Object.entries(all).flatMap(([name, value]) => (value === "" ? [] : [`${name}: ${value}\r\n`]));
    this.socket.write(`GET ${path} HTTP/1.1\r\n${lines.join("")}\r\n`);
  }

  /** Waits for the answer to the upgrade. */
  async opened(): Promise<this> {
    await until(() => this.head !== "" || this.closed);
    return this;
  }

  write(...frames: readonly Buffer[]): void {
    this.socket.write(Buffer.concat(frames));
  }

  /** Payloads of the messages so far, as text. */
  get texts(): readonly string[] {
    return this.frames.filter(({ opcode }) => opcode <= OPCODE.binary).map(({ payload }) => payload.toString());
  }

  /** Code and reason of the close frame; null where none came. */
  get closing(): readonly [code: number, reason: string] | null {
    const found = this.frames.find(({ opcode }) => opcode === OPCODE.close);
    return found === undefined ? null : [found.payload.readUInt16BE(0), found.payload.subarray(2).toString()];
  }

  #read(data: Buffer): void {
    this.#received = Buffer.concat([this.#received, data]);
    if (this.head === "") {
      const end = this.#received.indexOf("\r\n\r\n");
      if (end < 0) return;
      this.head = this.#received.subarray(0, end).toString();
      this.#received = this.#received.subarray(end + 4);
    }
    while (this.#readFrame());
  }

  #readFrame(): boolean {
    const bytes = this.#received;
    if (bytes.length < 2) return false;
    const short = (bytes[1] ?? 0) & 127;
    const from = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (bytes.length < from) return false;
    const length = short < 126 ? short : short === 126 ? bytes.readUInt16BE(2) : Number(bytes.readBigUInt64BE(2));
    if (bytes.length < from + length) return false;
    this.frames.push({ opcode: (bytes[0] ?? 0) & 15, payload: bytes.subarray(from, from + length) });
    this.#received = bytes.subarray(from + length);
    return true;
  }
}
