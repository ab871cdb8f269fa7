/** A WebSocket as a plain object, which keeps what is sent. */
import { Unpackr } from "msgpackr/unpack";
import type { Socket } from "../../server/web-socket.ts";

const unpackr = new Unpackr({ useRecords: false });

export class RecordedSocket implements Socket {
  closed = false;
  readonly peer = "127.0.0.1";
  readonly waitingBytes = 0;
  /** Frames sent, decoded. */
  readonly sent: unknown[] = [];
  /** Code and reason, once it is closed. */
  ended: readonly [code: number, reason: string] | null = null;
  onClose: (code: number, reason: string) => void = () => {};

  send(message: string | Uint8Array): boolean {
    if (this.closed) return false;
    this.sent.push(typeof message === "string" ? message : unpackr.unpack(message));
    return true;
  }
  end(code: number, reason: string): void {
    if (this.closed) return;
    this.closed = true;
    this.ended = [code, reason];
    this.onClose(code, reason);
  }
  cut(): void {
    this.end(1006, "");
  }
}
