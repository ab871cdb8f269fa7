/** Frames of HAProxy's Stream Processing Offload Protocol 2.0 (HAProxy doc/SPOE.txt §3.2), as data. */
import { SpoeFault, SpoeReader, type SpoeValue, SpoeWriter } from "./values.ts";

export const FRAME = {
  haproxyHello: 1,
  haproxyDisconnect: 2,
  notify: 3,
  agentHello: 101,
  agentDisconnect: 102,
  ack: 103,
} as const;

/** Bit of the flags that says that a frame is complete; fragments ended with version 2.0 of HAProxy. */
const FIN = 1;
const SET_VARIABLE = 1;
/** Variables live as long as the transaction: request and response. */
const SCOPE_TRANSACTION = 2;
/** Messages that a NOTIFY may hold, and arguments of one. */
const MESSAGES_MAX = 16;

/** Reasons to disconnect (SPOE.txt §3.2.2 "status-code"). */
export const STATUS = {
  normal: 0,
  io: 1,
  timeout: 2,
  tooBig: 3,
  invalid: 4,
  noVersion: 5,
  unsupported: 8,
  resources: 10,
} as const;

export interface Frame {
  readonly type: number;
  readonly stream: number;
  readonly id: number;
  /** At what follows the head. */
  readonly body: SpoeReader;
}

export type Arguments = ReadonlyMap<string, SpoeValue>;

export interface Message {
  readonly name: string;
  readonly args: Arguments;
}

/** @throws {@link SpoeFault} for anything else than a whole frame. */
export function readFrame(bytes: Buffer): Frame {
  const body = new SpoeReader(bytes);
  const type = body.byte();
  if ((body.uint32() & FIN) === 0) throw new SpoeFault("fragmented frames are not understood");
  return { type, stream: body.varint(), id: body.varint(), body };
}

/** The key-value list of a HELLO or DISCONNECT. */
export function readPairs(body: SpoeReader): Arguments {
  const pairs = new Map<string, SpoeValue>();
  while (!body.isAtEnd) pairs.set(body.text(), body.value());
  return pairs;
}

/** The messages of a NOTIFY. */
export function readMessages(body: SpoeReader): readonly Message[] {
  const messages: Message[] = [];
  while (!body.isAtEnd) {
    if (messages.length >= MESSAGES_MAX) throw new SpoeFault(`a frame has more than ${MESSAGES_MAX} messages`);
    const name = body.text();
    const args = new Map<string, SpoeValue>();
    for (let left = body.byte(); left > 0; left--) args.set(body.text(), body.value());
    messages.push({ name, args });
  }
  return messages;
}

function begin(type: number, stream: number, id: number): SpoeWriter {
  return new SpoeWriter().byte(type).uint32(FIN).varint(stream).varint(id);
}

/** A frame with its length in front. */
function framed(writer: SpoeWriter): Buffer {
  const bytes = writer.finish();
  const head = Buffer.alloc(4);
  head.writeUInt32BE(bytes.length);
  return Buffer.concat([head, bytes]);
}

/** AGENT-HELLO: what was agreed. */
export function helloFrame(frameBytesMax: number): Buffer {
  const writer = begin(FRAME.agentHello, 0, 0);
  writer
    .text("version")
    .value("2.0")
    .text("max-frame-size")
    .value(frameBytesMax)
    .text("capabilities")
    .value("pipelining");
  return framed(writer);
}

export function disconnectFrame(status: number, message: string): Buffer {
  return framed(begin(FRAME.agentDisconnect, 0, 0).text("status-code").value(status).text("message").value(message));
}

/** ACK of a NOTIFY: variables of the transaction to set, in the order given. */
export function ackFrame(stream: number, id: number, variables: Iterable<readonly [string, string | number]>): Buffer {
  const writer = begin(FRAME.ack, stream, id);
  for (const [name, value] of variables) {
    writer.byte(SET_VARIABLE).byte(3).byte(SCOPE_TRANSACTION).text(name).value(value);
  }
  return framed(writer);
}
