/**
 * How long an editor waits: `edgepolicy lsp` in a process of its own, a policy of a thousand lines, and edits of one character
 * each, over the real protocol. From the edit that is sent to the diagnostics that come back, and for requests to the answer.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import { longPolicy } from "./long-policy.ts";
import { percentile, round } from "./measure.ts";
import type { BenchResult } from "./result.ts";
import { table } from "./table.ts";

const FULL = { edits: 300, warmUp: 60 };
const QUICK = { edits: 10, warmUp: 3 };
const URI = "file:///bench/policy.edgepolicy";
const LINES = 1_000;

/** What the group measures. */
export interface EditorFigures {
  readonly lines: number;
  readonly milliseconds: readonly {
    readonly name: string;
    readonly p50: number;
    readonly p95: number;
    readonly worst: number;
  }[];
}

export async function benchLanguageServer(quick: boolean): Promise<BenchResult<EditorFigures>> {
  const { edits, warmUp } = quick ? QUICK : FULL;
  const server = spawn(process.execPath, [join(import.meta.dirname, "../cli/bin.ts"), "lsp", "--stdio"], {
    stdio: ["pipe", "pipe", "inherit"],
  });
  try {
    const editor = await Editor.start(server);
    const samples = await editor.measure(edits, warmUp);
    return asResult(samples);
  } finally {
    server.kill();
  }
}

/** Milliseconds of each edit or request, by what was waited for. */
type Samples = Readonly<Record<"diagnostics" | "diagnostics of a broken text" | "completion" | "hover", number[]>>;

class Editor {
  readonly #connection: MessageConnection;
  readonly #lines = longPolicy(LINES);
  /** Takes the next diagnostics. */
  #arrived: () => void = () => undefined;
  #version = 1;

  constructor(connection: MessageConnection) {
    this.#connection = connection;
    connection.onNotification("textDocument/publishDiagnostics", () => this.#arrived());
    connection.listen();
  }

  /** Starts a conversation, and opens the policy. */
  static async start({ stdout, stdin }: ChildProcess): Promise<Editor> {
    if (stdout === null || stdin === null) throw new Error("the server has no streams");
    const editor = new Editor(createMessageConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin)));
    await editor.#connection.sendRequest("initialize", { processId: null, rootUri: null, capabilities: {} });
    await editor.#connection.sendNotification("initialized", {});
    const text = editor.#lines.join("\n");
    await editor.#timed(() =>
      editor.#connection.sendNotification("textDocument/didOpen", {
        textDocument: { uri: URI, languageId: "edgepolicy", version: 1, text },
      }),
    );
    return editor;
  }

  async measure(edits: number, warmUp: number): Promise<Samples> {
    const samples: Samples = { diagnostics: [], "diagnostics of a broken text": [], completion: [], hover: [] };
    for (let edit = -warmUp; edit < edits; edit++) {
      const line = this.#lineOf("rule walk", edit + warmUp);
      const end = this.#lines[line]?.length ?? 0;
      // A word too many, and out again: the diagnostics differ each time.
      const broken = await this.#timed(() => this.#replace(line, end, end, "!"));
      const whole = await this.#timed(() => this.#replace(line, end, end + 1, ""));
      const hover = await this.#asked("textDocument/hover", line, 6);
      const completion = await this.#asked("textDocument/completion", line, end);
      if (edit < 0) continue;
      samples["diagnostics of a broken text"].push(broken);
      samples.diagnostics.push(whole);
      samples.hover.push(hover);
      samples.completion.push(completion);
    }
    return samples;
  }

  #lineOf(start: string, nth: number): number {
    const found = this.#lines.flatMap((line, index) => (line.startsWith(start) ? [index] : []));
    return found[nth % found.length] ?? 0;
  }

  async #replace(line: number, start: number, end: number, text: string): Promise<void> {
    this.#version += 1;
    const range = { start: { line, character: start }, end: { line, character: end } };
    await this.#connection.sendNotification("textDocument/didChange", {
      textDocument: { uri: URI, version: this.#version },
      contentChanges: [{ range, text }],
    });
  }

  /** Milliseconds until the next diagnostics. */
  async #timed(change: () => Promise<void>): Promise<number> {
    const arrived = new Promise<void>((resolve) => {
      this.#arrived = resolve;
    });
    const began = performance.now();
    await change();
    await arrived;
    return performance.now() - began;
  }

  async #asked(method: string, line: number, character: number): Promise<number> {
    const began = performance.now();
    await this.#connection.sendRequest(method, { textDocument: { uri: URI }, position: { line, character } });
    return performance.now() - began;
  }
}

function asResult(samples: Samples): BenchResult<EditorFigures> {
  const rows = Object.entries(samples).map(([name, times]) => {
    const sorted = [...times].sort((a, b) => a - b);
    return {
      name,
      p50: round(percentile(sorted, 50)),
      p95: round(percentile(sorted, 95)),
      worst: round(sorted.at(-1) ?? 0),
    };
  });
  return {
    name: "language-server",
    title: `What an editor waits for, of a policy of ${LINES.toLocaleString("en-US")} lines, in milliseconds`,
    figures: { lines: LINES, milliseconds: rows },
    table: table(
      ["", "p50", "p95", "worst"],
      rows.map(({ name, p50, p95, worst }) => [name, String(p50), String(p95), String(worst)]),
    ),
  };
}
