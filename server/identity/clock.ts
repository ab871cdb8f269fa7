/** The time by which credentials are judged. */
import type { Config } from "../config.ts";

/** Now, in whole microseconds since the Unix epoch. */
export type Clock = () => number;

export function clockOf({ clock }: Pick<Config, "clock">): Clock {
  return clock ?? (() => Date.now() * 1_000);
}
