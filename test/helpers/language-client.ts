/** An editor for tests: starts `edgepolicy lsp` and speaks its protocol over the streams of the process. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import {
  createMessageConnection,
  type MessageConnection,
  StreamMessageReader,
  StreamMessageWriter,
} from "vscode-jsonrpc/node";
import type { Diagnostic, PublishDiagnosticsParams } from "vscode-languageserver";

const PROGRAM = join(import.meta.dirname, "../../cli/bin.ts");

export class LanguageClient {
  readonly process: ChildProcess;
  readonly connection: MessageConnection;
  readonly #diagnostics = new Map<string, readonly Diagnostic[]>();
  readonly #waiting: { readonly uri: string; readonly done: (diagnostics: readonly Diagnostic[]) => void }[] = [];
  #version = 1;

  constructor(program: readonly string[] = [PROGRAM, "lsp", "--stdio"]) {
    this.process = spawn(process.execPath, program, { stdio: ["pipe", "pipe", "inherit"] });
    const { stdout, stdin } = this.process;
    if (stdout === null || stdin === null) throw new Error("the server has no streams");
    this.connection = createMessageConnection(new StreamMessageReader(stdout), new StreamMessageWriter(stdin));
    this.connection.onNotification("textDocument/publishDiagnostics", (params: PublishDiagnosticsParams) =>
      this.#take(params),
    );
    this.connection.listen();
  }

  #take({ uri, diagnostics }: PublishDiagnosticsParams): void {
    this.#diagnostics.set(uri, diagnostics);
    const due = this.#waiting.filter((one) => one.uri === uri);
    for (const one of due) {
      this.#waiting.splice(this.#waiting.indexOf(one), 1);
      one.done(diagnostics);
    }
  }

  /** Shakes hands. @returns What the server can do. */
  async initialize(
    folder: string,
    capabilities: object = {},
  ): Promise<{ readonly capabilities: Record<string, unknown> }> {
    const uri = pathToFileURL(folder).href;
    const answer = await this.request<{ capabilities: Record<string, unknown> }>("initialize", {
      processId: process.pid,
      rootUri: uri,
      workspaceFolders: [{ uri, name: "test" }],
      capabilities,
    });
    await this.notify("initialized", {});
    return answer;
  }

  async request<T>(method: string, params?: object): Promise<T> {
    return this.connection.sendRequest<T>(method, ...(params === undefined ? [] : [params]));
  }

  async notify(method: string, params?: object): Promise<void> {
    return this.connection.sendNotification(method, ...(params === undefined ? [] : [params]));
  }

  async open(uri: string, text: string, languageId = "edgepolicy"): Promise<void> {
    await this.notify("textDocument/didOpen", { textDocument: { uri, languageId, version: this.#version, text } });
  }

  /** Changes a part of a document, or all of it where `range` is left out. */
  async change(uri: string, text: string, range?: object): Promise<void> {
    this.#version += 1;
    const change = range === undefined ? { text } : { text, range };
    await this.notify("textDocument/didChange", {
      textDocument: { uri, version: this.#version },
      contentChanges: [change],
    });
  }

  /** The next diagnostics of a document. Ask before what brings them about. */
  async nextDiagnostics(uri: string): Promise<readonly Diagnostic[]> {
    return new Promise((done) => void this.#waiting.push({ uri, done }));
  }

  /** The diagnostics that came last. */
  diagnosticsOf(uri: string): readonly Diagnostic[] | undefined {
    return this.#diagnostics.get(uri);
  }

  /** Ends the server as editors do. @returns The exit status of the process. */
  async stop(): Promise<number | null> {
    const exit = once(this.process, "exit");
    await this.request("shutdown");
    await this.notify("exit");
    const [status] = (await exit) as [number | null];
    this.connection.dispose();
    return status;
  }

  kill(): void {
    this.process.kill();
  }
}
