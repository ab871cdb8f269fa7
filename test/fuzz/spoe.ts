/** HAProxy's frames, fuzzed: one that it may have sent, with bytes changed. */
import { describedRequest } from "../../server/spoe/described-request.ts";
import { readFrame, readMessages } from "../../server/spoe/frames.ts";
import { SpoeFault, SpoeWriter } from "../../server/spoe/values.ts";

/** A NOTIFY of one question, one character a byte. */
export const SPOE_FRAME: string = notify().toString("latin1");

function notify(): Buffer {
  const headers = new SpoeWriter();
  for (const text of ["host", "api.example.com", "x-api-key", "k1", "", ""]) headers.text(text);
  const list = headers.finish();
  const writer = new SpoeWriter().byte(3).uint32(1).varint(1).varint(300);
  writer.text("edge-request").byte(4).text("ip").byte(6).uint32(0xcb007109);
  writer.text("method").value("GET").text("target").value("/v1/orders/7").text("headers").byte(9).varint(list.length);
  for (const byte of list) writer.byte(byte);
  return writer.finish();
}

/** Any bytes are a request or refused as no frame of the protocol. */
export function readSpoeSoundly(text: string): void {
  try {
    const [message] = readMessages(readFrame(Buffer.from(text, "latin1")).body);
    if (message !== undefined) describedRequest(message.args);
  } catch (fault) {
    if (!(fault instanceof SpoeFault)) throw fault;
  }
}
