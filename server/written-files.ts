/** The files that a server writes, each of which has to be its own: a state puts aside what is no state, and a log is written on at its end. */
import { realPath } from "../traffic/index.ts";
import type { Config } from "./config.ts";
import { ServerError } from "./server-error.ts";

/**
 * Refuses options that name one file for two things.
 *
 * @param read - The policy, and the files that it names.
 * @throws {ServerError} `option_invalid`
 */
export function checkWrittenFiles(
  config: Pick<Config, "state" | "log" | "outcomesFrom">,
  read: Iterable<string>,
): void {
  const { sink } = config.log;
  const written = [
    ...(config.state === null ? [] : [{ option: "state", path: config.state }]),
    ...(typeof sink === "object" ? [{ option: "log.sink", path: sink.file }] : []),
  ];
  const taken = new Map<string, string>();
  for (const path of read) taken.set(realPath(path), "is a file of the policy");
  for (const path of config.outcomesFrom) taken.set(realPath(path), "is read for outcomes");
  for (const { option, path } of written) {
    const real = realPath(path);
    const other = taken.get(real);
    if (other !== undefined) throw invalid(option, `\`${path}\` ${other}`);
    taken.set(real, `is that of option ${option}`);
  }
}

function invalid(option: string, message: string): ServerError {
  return new ServerError("option_invalid", `option ${option}: ${message}`, "name another file to write");
}
