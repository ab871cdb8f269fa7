/** The arguments of `npm start`. */

/** What was asked for. */
export interface StartOptions {
  readonly port: number;
  /** Whether to end by itself, after ten seconds. */
  readonly once: boolean;
}

/** Arguments that cannot be followed; the message is one line and says what to do. */
export class OptionProblem extends Error {}

const DEFAULT_PORT = 8080;
const USAGE = "npm start -- [--once] [--port PORT]";

/**
 * Reads the arguments; `--port` counts more than the environment's `PORT`.
 *
 * @throws {OptionProblem} For anything else.
 */
export function readOptions(argv: readonly string[], env: Readonly<Record<string, string | undefined>>): StartOptions {
  let port = env["PORT"] === undefined || env["PORT"] === "" ? DEFAULT_PORT : readPort("PORT", env["PORT"]);
  let once = false;
  for (let i = 0; i < argv.length; i++) {
    const argument = argv[i] ?? "";
    if (argument === "--once") once = true;
    else if (argument === "--port") port = readPort("--port", argv[++i] ?? "");
    else if (argument.startsWith("--port=")) port = readPort("--port", argument.slice("--port=".length));
    else throw new OptionProblem(`unknown argument \`${argument}\`; the way to call it is ${USAGE}`);
  }
  return { port, once };
}

function readPort(name: string, text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw new OptionProblem(`${name} is \`${text}\`, which is not a port; it is a number from 0 (any free one) to 65535`);
}
