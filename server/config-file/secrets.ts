/** Secrets from the environment and from files, so that they need not stand in a file of options or on a command line. */
import { readBoundedText, systemFault } from "../../traffic/index.ts";
import { invalidOption, ServerError } from "../server-error.ts";

/** Variables by name, as `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A secret has at most so many bytes. */
const MOST_BYTES = 65_536;

/**
 * The secret that variable `name` holds, or the file that `NAME_FILE` names; null where neither is set, or is empty.
 *
 * @throws {ServerError} `option_invalid`, where both are set or the file cannot be read.
 */
export function secretOf(env: Environment, name: string): string | null {
  const [held = "", file = ""] = [env[name], env[`${name}_FILE`]];
  if (held !== "" && file !== "") {
    throw new ServerError("option_invalid", `${name} and ${name}_FILE are both set`, "set one of them");
  }
  return file === "" ? held || null : readSecret(file, `${name}_FILE`);
}

/**
 * The secret in a file, without the line break at its end.
 *
 * @param option - What names the file, for errors.
 * @throws {ServerError} `option_invalid`, where there is none.
 */
export function readSecret(path: string, option: string): string {
  let text = "";
  try {
    text = readBoundedText(path, MOST_BYTES);
  } catch (problem) {
    const { words, remedy } = systemFault(problem);
    throw invalidOption(option, `cannot read \`${path}\`: ${words}`, remedy);
  }
  const secret = text.replace(/\r?\n$/, "");
  if (secret !== "") return secret;
  throw invalidOption(option, `\`${path}\` holds no secret`, "write it there, on one line");
}
