/** Request records from the members of their NDJSON form, for the readers of logs. */
import type { RequestRecord } from "../../traffic/index.ts";
import { isRecordError, parseRequestValue } from "../../traffic/index.ts";

/** Makes a record; members that are undefined are left out. Throws where it would be none. */
export function recordOf(members: Readonly<Record<string, unknown>> & { readonly at: number }): RequestRecord {
  const { at, ...stated } = members;
  const record = parseRequestValue(
    Object.fromEntries(Object.entries(stated).filter(([, value]) => value !== undefined)),
  );
  if (isRecordError(record)) throw new Error(`${record.field}: ${record.error}`);
  return { ...record, at };
}

/** A time that was read; throws where `line` has none. */
export function timeOf(micros: number | null, line: string): number {
  if (micros === null) throw new Error(`no time: ${line}`);
  return micros;
}
