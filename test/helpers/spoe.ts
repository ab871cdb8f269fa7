/** HAProxy's side of its door: frames as it sends them, and a connection that reads what comes back. */
import { connect, type Socket } from "node:net";
import { onTestFinished } from "vitest";
import { FRAME, readFrame, readPairs } from "../../server/spoe/frames.ts";
import { type SpoeValue, SpoeWriter } from "../../server/spoe/values.ts";

export function framed(type: number, stream: number, id: number, fill: (writer: SpoeWriter) => void): Buffer {
  const writer = new SpoeWriter().byte(type).uint32(1).varint(stream).varint(id);
  fill(writer);
  const bytes = writer.finish();
  const head = Buffer.alloc(4);
  head.writeUInt32BE(bytes.length);
  return Buffer.concat([head, bytes]);
}

export const hello = (size = 16_380, versions = "2.0", engine = ""): Buffer =>
  framed(FRAME.haproxyHello, 0, 0, (writer) => {
    writer.text("supported-versions").value(versions).text("max-frame-size").value(size).text("capabilities").value("");
    if (engine !== "") writer.text("engine-id").value(engine);
  });

/** The last that HAProxy says on a connection, however much it still has to ask on others. */
export const goodbye = (): Buffer =>
  framed(FRAME.haproxyDisconnect, 0, 0, (writer) => writer.text("status-code").value(0).text("message").value("bye"));

/** An `edge-request` as HAProxy sends it. */
export function question(
  id: number,
  method: string,
  target: string | null,
  headers: readonly string[] = [],
  body = "",
): Buffer {
  const list = new SpoeWriter();
  for (const text of [...headers, "", ""]) list.text(text);
  const binary = (writer: SpoeWriter, bytes: Buffer): void => {
    writer.byte(9).varint(bytes.length);
    for (const byte of bytes) writer.byte(byte);
  };
  return framed(FRAME.notify, 1, id, (writer) => {
    writer.text("edge-request").byte(5);
    writer.text("ip").byte(6).byte(203).byte(0).byte(113).byte(9);
    writer.text("method").value(method).text("target");
    if (target === null) writer.byte(0);
    else writer.value(target);
    binary(writer.text("headers"), list.finish());
    binary(writer.text("body"), Buffer.from(body));
  });
}

/** A connection that collects what it is answered. */
export class Asking {
  readonly socket: Socket;
  readonly answers: Map<number, Record<string, SpoeValue>> = new Map();
  readonly others: { readonly type: number; readonly pairs: Record<string, SpoeValue> }[] = [];
  ended = false;
  #bytes = Buffer.alloc(0);

  constructor(port: number) {
    this.socket = connect(port, "127.0.0.1");
    this.socket.on("data", (chunk) => this.#take(chunk));
    this.socket.on("error", () => {});
    this.socket.on("close", () => (this.ended = true));
    onTestFinished(() => void this.socket.destroy());
  }

  #take(chunk: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, chunk]);
    while (this.#bytes.length >= 4 && this.#bytes.length >= 4 + this.#bytes.readUInt32BE(0)) {
      const end = 4 + this.#bytes.readUInt32BE(0);
      const { type, id, body } = readFrame(this.#bytes.subarray(4, end));
      this.#bytes = this.#bytes.subarray(end);
      if (type !== FRAME.ack) {
        this.others.push({ type, pairs: Object.fromEntries(readPairs(body)) });
        continue;
      }
      const variables: Record<string, SpoeValue> = {};
      while (!body.isAtEnd) {
        body.byte();
        body.byte();
        body.byte();
        variables[body.text()] = body.value();
      }
      this.answers.set(id, variables);
    }
  }

  async until(ready: () => boolean): Promise<void> {
    for (let tries = 0; tries < 500 && !ready(); tries++) await new Promise((resolve) => setTimeout(resolve, 5));
    if (!ready()) throw new Error("HAProxy's door did not answer");
  }
}
