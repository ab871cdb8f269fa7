/** SQLite as Node.js brings it. Its interface is called experimental in Node.js 22, which is said once on standard error; not by us. */
import type * as Sqlite from "node:sqlite";

/** The module, loaded when it is first asked for: it takes some milliseconds, and not every program that uses the server has a use for it. */
export function loadSqlite(): typeof Sqlite {
  const emitWarning = Reflect.get(process, "emitWarning") as (...said: readonly unknown[]) => void;
  process.emitWarning = ((warning: string | Error, ...rest: readonly unknown[]) => {
    if (rest[0] === "ExperimentalWarning" && String(warning).startsWith("SQLite")) return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  }) as typeof process.emitWarning;
  try {
    return process.getBuiltinModule("node:sqlite");
  } finally {
    process.emitWarning = emitWarning as typeof process.emitWarning;
  }
}
