/** Peppers: secrets that API keys of the inventory are hashed with, by id. */
import { PEPPER_LENGTH_MIN } from "../../dsl/index.ts";
import { type Environment, secretOf } from "../config-file/secrets.ts";
import type { Report } from "../report.ts";
import { invalidOption } from "../server-error.ts";

/**
 * The peppers of the option, or else those that the environment holds or names the file of.
 *
 * @throws {ServerError} `option_invalid`.
 */
export function readPeppers(
  option: Readonly<Record<string, string>> | undefined,
  env: Environment = process.env,
): ReadonlyMap<string, string> {
  if (option !== undefined) return new Map(Object.entries(option));
  const text = secretOf(env, "EDGEPOLICY_PEPPER") ?? "";
  const peppers = new Map<string, string>();
  for (const entry of text.split(",")) {
    if (entry === "") continue;
    const split = entry.indexOf("=");
    if (split < 1) throw invalidOption("EDGEPOLICY_PEPPER", "an entry is not ID=SECRET", "such as p1=…,p2=…");
    peppers.set(entry.slice(0, split).trim(), entry.slice(split + 1));
  }
  return peppers;
}

/**
 * Says which peppers are short. Whoever has one in use cannot exchange it before all keys under it are new, so a server that did not start would
 * lock out every client; where keys are made, a short one is refused.
 */
export function warnOfShortPeppers(peppers: ReadonlyMap<string, string>, report: Report): void {
  for (const [id, { length }] of peppers) {
    // One that is empty is missing, which is an error where it is needed.
    if (length === 0 || length >= PEPPER_LENGTH_MIN) continue;
    report(
      `pepper \`${id}\` (EDGEPOLICY_PEPPER or the option peppers) has ${length} characters, fewer than ${PEPPER_LENGTH_MIN}: who has the inventory could guess it. Give a longer one beside it, under another id (\`openssl rand -base64 32\` makes one), and make new keys with that`,
      "peppers.short",
    );
  }
}
