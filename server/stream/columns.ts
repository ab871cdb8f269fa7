/** The columns that a client names for its rows. */
import { FrameFault } from "./frame-fault.ts";
import type { RequestColumn } from "./protocol.ts";
import { COLUMNS_MAX, REQUEST_COLUMNS } from "./protocol.ts";

/** A column: which one, and the name that `header:NAME` and `fact:NAME` give. */
export interface Column {
  readonly kind: RequestColumn | "header" | "fact";
  readonly name: string;
}

const REQUIRED: readonly RequestColumn[] = ["method", "path", "ip"];

/** @throws {FrameFault} Where rows could not be read by them. */
export function readColumns(names: readonly string[]): readonly Column[] {
  if (names.length > COLUMNS_MAX) throw new FrameFault(`a row has at most ${COLUMNS_MAX} columns`);
  const missing = REQUIRED.find((name) => !names.includes(name));
  if (missing !== undefined) throw new FrameFault(`column \`${missing}\` is missing`);
  const columns = names.map(columnOf);
  const twice = columns.find(({ kind, name }, at) => columns.findIndex((c) => c.kind === kind && c.name === name) < at);
  if (twice !== undefined) throw new FrameFault(`column \`${twice.kind}\` comes twice`);
  const has = (kind: Column["kind"]): boolean => columns.some((column) => column.kind === kind);
  if (has("header") && has("headers"))
    throw new FrameFault("there are columns `headers` and `header:…`: one or the other");
  if (has("fact") && has("facts")) throw new FrameFault("there are columns `facts` and `fact:…`: one or the other");
  return columns;
}

function columnOf(name: string): Column {
  if (name.startsWith("header:") && name.length > 7) return { kind: "header", name: name.slice(7).toLowerCase() };
  if (name.startsWith("fact:") && name.length > 5) return { kind: "fact", name: name.slice(5) };
  const kind = REQUEST_COLUMNS.find((known) => known === name);
  if (kind !== undefined) return { kind, name: "" };
  throw new FrameFault(`there is no column \`${name.slice(0, 40)}\``);
}
