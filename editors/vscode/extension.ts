/** The VS Code extension: starts the language server and hands everything to it. */
import { commands, type ExtensionContext, Uri, window, workspace } from "vscode";
import {
  LanguageClient,
  type LanguageClientOptions,
  type ServerOptions,
  TransportKind,
} from "vscode-languageclient/node";

/** Runs one test; the server says in its capabilities whether it does so itself. */
const RUN_TEST = "edgepolicy.runTest";

let client: LanguageClient | undefined;

/** Called by VS Code when a policy is opened. */
export async function activate(context: ExtensionContext): Promise<void> {
  client = new LanguageClient("edgepolicy", "edgepolicy", serverOptions(context), CLIENT_OPTIONS);
  context.subscriptions.push(commands.registerCommand("edgepolicy.restartServer", () => client?.restart()));
  await client.start();
  const served = client.initializeResult?.capabilities.executeCommandProvider?.commands ?? [];
  if (!served.includes(RUN_TEST)) context.subscriptions.push(commands.registerCommand(RUN_TEST, runInTerminal));
}

/** Called by VS Code at the end. */
export async function deactivate(): Promise<void> {
  await client?.stop();
}

const CLIENT_OPTIONS: LanguageClientOptions = {
  documentSelector: [
    { scheme: "file", language: "edgepolicy" },
    { scheme: "untitled", language: "edgepolicy" },
    // Inventories, so that what one types there is seen at once.
    { scheme: "file", language: "yaml", pattern: "**/clients*.{yaml,yml}" },
  ],
};

/** The program that is set, or the server that comes with the extension. */
function serverOptions(context: ExtensionContext): ServerOptions {
  const path = workspace.getConfiguration("edgepolicy").get<string>("server.path", "").trim();
  if (path !== "") return { command: path, args: ["lsp", "--stdio"], transport: TransportKind.stdio };
  return { module: context.asAbsolutePath("dist/server.cjs"), transport: TransportKind.stdio };
}

/** Runs a test in a terminal. The words are handed over one by one, so that no shell reads what a policy is called. */
function runInTerminal(uri: string, name: string): void {
  const program = workspace.getConfiguration("edgepolicy").get<string>("server.path", "").trim();
  const shellArgs = ["test", Uri.parse(uri).fsPath, "--filter", name];
  window.createTerminal({ name: "edgepolicy", shellPath: program === "" ? "edgepolicy" : program, shellArgs }).show();
}
