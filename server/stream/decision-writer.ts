/**
 * Writes decisions as rows. What lets a request through and says nothing else is its number alone, so that the usual answer takes a few
 * bytes and no time.
 */
import type { Policy } from "../../engine/index.ts";
import type { Ruling } from "../gate.ts";
import { CHALLENGE, SLOW } from "../gate.ts";
import { refusalOf } from "../refusal.ts";
import type { Wishes } from "./protocol.ts";
import { FROM_SERVER } from "./protocol.ts";
import type { FrameWriter } from "./frame-writer.ts";

const ALLOW = 0;

/** Begins a frame of `rows` decisions. */
export function beginDecisions(to: FrameWriter, seq: number, rows: number): void {
  to.begin();
  to.array(3);
  to.count(FROM_SERVER.decisions);
  to.count(seq);
  to.array(rows);
}

/**
 * Writes a decision.
 *
 * @param stated - Client that the request's row stated, which need not be told back.
 * @param wishes - Whether a refusal comes with its header fields and body. A pass can only be earned where challenges are asked for.
 */
export function writeDecision(
  to: FrameWriter,
  ruling: Ruling,
  policy: Policy,
  stated: string | null,
  wishes: Wishes,
): void {
  const { record, number, pass } = ruling;
  const { verdict, client } = record;
  // Who is stated is who is accepted, so the inventory need not be looked at.
  const tells = client >= 0 && stated === null;
  if (verdict === ALLOW && !tells && pass === "") return to.count(number);
  const { by, reason, delayMicros, retryAfterMicros } = record;
  const refused = verdict > SLOW && (wishes.refusals || (wishes.challenges && verdict === CHALLENGE));
  const columns = columnsOf(ruling, refused);
  to.array(columns);
  to.count(number);
  to.count(verdict);
  to.count(record.status);
  writeName(to, tells ? ruling.client : null);
  if (columns > 4) writeName(to, by);
  if (columns > 5) to.known(reason);
  if (columns > 6) to.number(delayMicros / 1e6);
  if (columns > 7) to.number(retryAfterMicros / 1e6);
  if (columns > 8) {
    if (refused) writeRefusal(to, ruling, policy);
    else to.nil();
  }
  if (columns > 9) to.text(pass);
}

/** How many values a row has, without the last ones that are empty. */
function columnsOf({ record: { by, reason, delayMicros, retryAfterMicros }, pass }: Ruling, refused: boolean): number {
  if (pass !== "") return 10;
  if (refused) return 9;
  if (retryAfterMicros > 0) return 8;
  if (delayMicros > 0) return 7;
  if (reason !== "") return 6;
  return by === null ? 4 : 5;
}

/** Writes why a row was no request: nothing was decided. */
export function writeProblem(to: FrameWriter, problem: string): void {
  to.text(problem);
}

function writeName(to: FrameWriter, name: string | null): void {
  if (name === null) to.nil();
  else to.known(name);
}

/** `[fields, body]`, names and values of the fields alternating. */
function writeRefusal(to: FrameWriter, ruling: Ruling, policy: Policy): void {
  const { headers, body } = refusalOf(ruling, policy);
  to.array(2);
  to.array(headers.length);
  for (const text of headers) to.text(text);
  to.text(body);
}
