/** Starts the language server on two streams. What it needs is loaded then: no other command waits for it. */
import type { ServerOptions } from "./server.ts";

/** Streams of the protocol: what the editor writes, and what it reads. */
export interface ServerStreams {
  readonly input: NodeJS.ReadableStream;
  readonly output: NodeJS.WritableStream;
}

/** Answers an editor. The process ends when the editor says so, or when its stream does. */
export async function serveLanguage({ input, output }: ServerStreams, options: ServerOptions): Promise<void> {
  const [{ createConnection }, { answer }] = await Promise.all([
    import("vscode-languageserver/node"),
    import("./server.ts"),
  ]);
  const connection = createConnection(input, output);
  answer(connection, options);
  connection.listen();
}
