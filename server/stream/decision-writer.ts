/**
 * Writes decisions as rows. What lets a request through and says nothing else is its number alone, so that the usual answer takes a few
 * bytes and no time.
 */
import type { Policy } from "../../engine/index.ts";
import type { Ruling } from "../gate.ts";
import { SLOW } from "../gate.ts";
import { refusalOf } from "../refusal.ts";
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
 * @param refusals - Whether a refusal comes with its header fields and body.
 */
export function writeDecision(
  to: FrameWriter,
  ruling: Ruling,
  policy: Policy,
  stated: string | null,
  refusals: boolean,
): void {
  const { record, number } = ruling;
  const { verdict, client } = record;
  // Who is stated is who is accepted, so the inventory need not be looked at.
  const tells = client >= 0 && stated === null;
  if (verdict === ALLOW && !tells) return to.count(number);
  const { by, reason, delayMicros, retryAfterMicros } = record;
  const refused = refusals && verdict > SLOW;
  const columns = refused
    ? 9
    : retryAfterMicros > 0
      ? 8
      : delayMicros > 0
        ? 7
        : reason !== ""
          ? 6
          : by !== null
            ? 5
            : 4;
  to.array(columns);
  to.count(number);
  to.count(verdict);
  to.count(record.status);
  writeName(to, tells ? (policy.clients[client]?.id ?? null) : null);
  if (columns > 4) writeName(to, by);
  if (columns > 5) to.known(reason);
  if (columns > 6) to.number(delayMicros / 1e6);
  if (columns > 7) to.number(retryAfterMicros / 1e6);
  if (refused) writeRefusal(to, ruling, policy);
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
