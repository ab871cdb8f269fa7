/** Reading of inventory data by field name: what is not there, or did not fit the schema, is null or empty. */
import type { Span } from "../../engine/index.ts";
import type { Data } from "./read.ts";

/** A field of a record. */
export function field(data: Data | null, name: string): Data | null {
  return data?.kind === "object" ? (data.fields.get(name) ?? null) : null;
}

/** Whether a record has the field at all, even with a wrong value. */
export function isWritten(data: Data, name: string): boolean {
  return data.kind === "object" && data.written.has(name);
}

/** The items of a list; none where it is no list. */
export function itemsOf(data: Data | null): readonly Data[] {
  return data?.kind === "list" ? data.items : [];
}

/** A single value. */
export function scalarOf(data: Data | null): string | number | boolean | null {
  return data?.kind === "scalar" ? data.value : null;
}

/** A field's value as text; empty where it has none. */
export function textOf(data: Data | null, name: string): string {
  return String(scalarOf(field(data, name)) ?? "");
}

/** A field's value as a number; durations and times are microseconds. */
export function numberOf(data: Data | null, name: string): number | null {
  const value = scalarOf(field(data, name));
  return typeof value === "number" ? value : null;
}

/** The distinct texts of a list. */
export function textsOf(data: Data, name: string): readonly string[] {
  return [...new Set(itemsOf(field(data, name)).map((item) => String(scalarOf(item))))];
}

/** The entries of a record with free names. */
export function entriesOf(data: Data, name: string): readonly (readonly [string, string | number | boolean | null])[] {
  const record = field(data, name);
  return record?.kind === "object" ? [...record.fields].map(([key, value]) => [key, scalarOf(value)] as const) : [];
}

/** Where a field's value stands, or else the head of its record. */
export function placeOf(data: Data, name: string): Span {
  return field(data, name)?.span ?? headOf(data);
}

/** The first character of a record, for what is said about the whole of it. */
export function headOf(data: Data): Span {
  return { ...data.span, end: Math.min(data.span.end, data.span.start + 1) };
}
