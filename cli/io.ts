/** The outside world as the commands see it, so that tests run them in process and look at what they print. */

/** Standard streams and their kind. Commands use nothing else of the process. */
export interface CliIo {
  /** Writes results. Wait for the promise, if there is one, before writing much more. */
  readonly stdout: (text: string) => Promise<void> | undefined;
  /** Writes diagnostics and progress. */
  readonly stderr: (text: string) => void;
  /** The bytes of standard input. */
  readonly stdin: () => AsyncIterable<Uint8Array>;
  readonly stdoutIsTerminal: boolean;
  readonly stderrIsTerminal: boolean;
  readonly stdinIsTerminal: boolean;
  /** Width of the terminal that results go to. Left out where they go elsewhere. */
  readonly columns?: number;
  /** Likewise, of diagnostics. */
  readonly stderrColumns?: number;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Ends `serve` when it aborts. Left out, signals to the process do. */
  readonly stop?: AbortSignal;
}

/** Whether the environment permits colour and other terminal control (https://no-color.org). */
function permitsColor({ env }: CliIo): boolean {
  return (env["NO_COLOR"] ?? "") === "" && env["TERM"] !== "dumb";
}

/** Whether diagnostics may be coloured. */
export function colorOnStderr(io: CliIo): boolean {
  return io.stderrIsTerminal && permitsColor(io);
}

/** Whether results may be coloured. */
export function colorOnStdout(io: CliIo): boolean {
  return io.stdoutIsTerminal && permitsColor(io);
}

/** How wide reports may be; nothing where results go to no terminal. */
export function widthOf({ columns }: CliIo): { readonly width: number } | Record<string, never> {
  return columns === undefined ? {} : { width: columns };
}

/** The process's own streams. */
export function processIo(): CliIo {
  return {
    stdout: writeWithBackpressure,
    stderr: (text) => void process.stderr.write(text),
    stdin: () => process.stdin,
    stdoutIsTerminal: process.stdout.isTTY === true,
    stderrIsTerminal: process.stderr.isTTY === true,
    stdinIsTerminal: process.stdin.isTTY === true,
    ...(process.stdout.isTTY === true ? { columns: process.stdout.columns } : {}),
    ...(process.stderr.isTTY === true ? { stderrColumns: process.stderr.columns } : {}),
    env: process.env,
  };
}

function writeWithBackpressure(text: string): Promise<void> | undefined {
  if (process.stdout.write(text)) return undefined;
  return new Promise((resolve) => void process.stdout.once("drain", resolve));
}
