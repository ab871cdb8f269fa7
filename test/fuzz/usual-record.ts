/** The quick reader of records: what it reads is what the strict one reads, whatever it is given. */
import { isDeepStrictEqual } from "node:util";
import { reusableRequest } from "../../server/authz/adapter-request.ts";
import { UsualRecords } from "../../server/authz/usual-record.ts";
import { isRecordError, parseRequestLine } from "../../traffic/index.ts";
import { require } from "./inputs.ts";

export const USUAL_RECORD: string =
  '{"method":"GET","path":"/v1/orders/1?a=b","host":"api.example.com","ip":"203.0.113.9",' +
  '"client":"acme_sync","headers":{"X-Api-Key":"key-1","user-agent":"curl/8"}}';
const CLIENTS: ReadonlySet<string> = new Set(["acme_sync", "b"]);

// One for all records, as the handler has it: what the one before left must not show.
const request = reusableRequest();
const records = new UsualRecords();

/** @returns Whether it was the usual one. */
export function readUsualSoundly(text: string): boolean {
  const bytes = new Uint8Array(Buffer.from(text));
  if (!records.read(bytes, CLIENTS, request)) return false;
  const record = parseRequestLine(text, CLIENTS);
  if (isRecordError(record)) throw new Error(`broken promise: what is read is a record: ${record.error}`);
  require(record.response === null && record.at === null, "neither time nor response are passed over");
  require(isDeepStrictEqual(request, record.request), "what is read is what stands there");
  return true;
}
