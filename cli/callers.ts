/** `--via` and `--shows`: who asks about requests, and what they have been made to show. */
import { CALLERS, type CallerName, type Callers, SHOWABLE } from "../dsl/index.ts";
import { closestName } from "../traffic/index.ts";
import type { Arguments, OptionSpec } from "./options.ts";
import { CliProblem } from "./problem.ts";

/** Both options, for a command that does `what` with a policy that relies on more than its callers show. */
export function callerOptions(what: string): readonly OptionSpec[] {
  return [
    {
      name: "via",
      value: "CALLER,…",
      many: true,
      help: `who asks: ${CALLERS.join(", ")}; ${what} a policy that relies on what they do not show or carry`,
    },
    {
      name: "shows",
      value: SHOWABLE.join("|"),
      choices: SHOWABLE,
      many: true,
      help: "what these callers have also been made to show; may be repeated",
    },
  ];
}

/** Those of the two that are given. @throws {@link CliProblem} for a caller that there is not. */
export function readCallers(args: Arguments): Callers {
  const names = args.texts("via").flatMap((text) => text.split(","));
  return {
    ...(args.has("via") ? { via: names.map(callerNamed) } : {}),
    ...(args.has("shows") ? { shows: SHOWABLE.filter((shown) => args.texts("shows").includes(shown)) } : {}),
  };
}

/** @throws {@link CliProblem} where it is said what callers show, and not who they are: it would be passed over. */
export function requireVia({ via = [], shows = [] }: Callers, how: string): void {
  if (shows.length === 0 || via.length > 0) return;
  throw new CliProblem("--shows says what callers show, but none is named", how);
}

function callerNamed(text: string): CallerName {
  const found = CALLERS.find((name) => name === text);
  if (found !== undefined) return found;
  const close = closestName(text, CALLERS);
  const hint = close === null ? "" : `; did you mean \`${close}\`?`;
  throw new CliProblem(`--via ${text}: expected ${CALLERS.join(", ")}${hint}`);
}
