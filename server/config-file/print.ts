/** Options as a file of them, to see what a server was told; secrets are not shown. */
import { stringify } from "yaml";
import type { Field, Table } from "./field.ts";
import type { FileOptions } from "./read.ts";
import { OPTIONS } from "./table.ts";

const HIDDEN = "(set)";

/** The options as YAML or as JSON, which is YAML too, in the order of the table. */
export function printOptions(options: FileOptions, json = false): string {
  const table = tableOf(options as Readonly<Record<string, unknown>>, OPTIONS);
  return json ? `${JSON.stringify(table)}\n` : stringify(table);
}

function tableOf(values: Readonly<Record<string, unknown>>, fields: Table): object {
  return Object.fromEntries(
    Object.entries(fields).flatMap(([name, field]) =>
      values[name] === undefined ? [] : [[name, shown(values[name], field)]],
    ),
  );
}

function shown(value: unknown, field: Field): unknown {
  switch (field.kind) {
    case "secret":
      return HIDDEN;
    case "secret_list":
      return (value as readonly string[]).map(() => HIDDEN);
    case "secrets":
      return Object.fromEntries(Object.keys(value as object).map((name) => [name, HIDDEN]));
    case "section":
      return tableOf(value as Readonly<Record<string, unknown>>, field.fields);
    case "sections":
      return (value as readonly Readonly<Record<string, unknown>>[]).map((item) => tableOf(item, field.fields));
    default:
      return value;
  }
}
