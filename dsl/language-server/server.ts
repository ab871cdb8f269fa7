/** The language server: what the protocol asks, answered by one provider each. */
import {
  CodeActionKind,
  type Connection,
  DidChangeWatchedFilesNotification,
  ErrorCodes,
  type InitializeParams,
  type InitializeResult,
  MessageType,
  ResponseError,
  ShowMessageNotification,
  TextDocumentSyncKind,
} from "vscode-languageserver";
import type { FileReader } from "../files.ts";
import { Answers } from "./answers.ts";
import { codeActions, FIX_ALL } from "./code-actions.ts";
import { codeLenses, RUN_TEST } from "./code-lens.ts";
import { completion } from "./completion.ts";
import { definition } from "./definition.ts";
import { documentSymbols } from "./document-symbols.ts";
import { formatting } from "./formatting.ts";
import { hover } from "./hover.ts";
import { inlayHints } from "./inlay-hints.ts";
import { toPath } from "./paths.ts";
import { Publisher } from "./publisher.ts";
import { highlights, references } from "./references.ts";
import { prepareRename, rename, type Renaming } from "./rename.ts";
import { LEGEND, semanticTokens } from "./semantic-tokens.ts";
import { Workspace } from "./workspace.ts";
import { Lifetime } from "./wrong-params.ts";

/** What became of a test. */
export interface TestOutcome {
  readonly passed: boolean;
  /** For people: what was expected and what came. */
  readonly text: string;
}

/** What the server is told by the program that starts it. */
export interface ServerOptions {
  readonly version: string;
  /** Runs one test of a policy, reading files as the editor shows them. Left out, lenses are for the editor to act on. */
  readonly runTest?: (path: string, name: string, files: FileReader) => TestOutcome | Promise<TestOutcome>;
}

/** Answers a connection until it ends. */
export function answer(connection: Connection, options: ServerOptions): void {
  const workspace = new Workspace();
  const publisher = new Publisher(
    workspace,
    (uri, diagnostics) => void connection.sendDiagnostics({ uri, diagnostics: [...diagnostics] }),
    (problem) => connection.console.error(faultText(problem)),
  );
  const client = { snippets: false, watches: false };
  const lifetime = new Lifetime();
  connection.onInitialize((params) => {
    lifetime.begin();
    client.snippets = params.capabilities.textDocument?.completion?.completionItem?.snippetSupport === true;
    client.watches = params.capabilities.workspace?.didChangeWatchedFiles?.dynamicRegistration === true;
    workspace.setFolders(foldersOf(params));
    return initializeResult(options);
  });
  connection.onInitialized(async () => {
    if (client.watches) await connection.client.register(DidChangeWatchedFilesNotification.type, WATCHED);
  });
  connection.onShutdown(() => {
    lifetime.end();
    publisher.stop();
  });
  followDocuments(connection, workspace, publisher);
  answerRequests(connection, workspace, client, new Answers(workspace, lifetime));
  if (options.runTest !== undefined) answerTests(connection, workspace, options.runTest);
}

const WATCHED = { watchers: [{ globPattern: "**/*.{edgepolicy,yaml,yml,json,txt}" }] };

function faultText(problem: unknown): string {
  return problem instanceof Error ? (problem.stack ?? problem.message) : String(problem);
}

function foldersOf({ workspaceFolders, rootUri }: InitializeParams): readonly string[] {
  const folders = workspaceFolders ?? [];
  if (folders.length > 0) return folders.map(({ uri }) => toPath(uri));
  return rootUri === null ? [] : [toPath(rootUri)];
}

function initializeResult({ version, runTest }: ServerOptions): InitializeResult {
  return {
    serverInfo: { name: "edgepolicy", version },
    capabilities: {
      positionEncoding: "utf-16",
      textDocumentSync: { openClose: true, change: TextDocumentSyncKind.Incremental },
      hoverProvider: true,
      completionProvider: { triggerCharacters: [".", '"', "[", "("] },
      definitionProvider: true,
      referencesProvider: true,
      documentHighlightProvider: true,
      renameProvider: { prepareProvider: true },
      documentFormattingProvider: true,
      codeActionProvider: { codeActionKinds: [CodeActionKind.QuickFix, FIX_ALL] },
      semanticTokensProvider: { legend: LEGEND, full: true },
      documentSymbolProvider: true,
      inlayHintProvider: true,
      codeLensProvider: {},
      ...(runTest === undefined ? {} : { executeCommandProvider: { commands: [RUN_TEST] } }),
    },
  };
}

function followDocuments(connection: Connection, workspace: Workspace, publisher: Publisher): void {
  connection.onDidOpenTextDocument(({ textDocument: { uri, languageId, version, text } }) => {
    workspace.open(uri, languageId, version, text);
    publisher.schedule();
  });
  connection.onDidChangeTextDocument(({ textDocument: { uri, version }, contentChanges }) => {
    workspace.change(uri, version, contentChanges);
    publisher.schedule();
  });
  connection.onDidCloseTextDocument(({ textDocument: { uri } }) => {
    workspace.close(uri);
    publisher.schedule();
  });
  connection.onDidChangeWatchedFiles(({ changes }) => {
    for (const { uri } of changes) workspace.touchFile(toPath(uri));
    publisher.schedule();
  });
}

function answerRequests(
  connection: Connection,
  workspace: Workspace,
  client: { readonly snippets: boolean },
  answers: Answers,
): void {
  connection.onHover(answers.at(null, hover));
  connection.onCompletion(
    answers.at([], (document, analysis, position) => completion(document, analysis, position, client)),
  );
  connection.onDefinition(
    answers.at([], (document, analysis, position) => definition(document, analysis, position, workspace)),
  );
  connection.onReferences(
    answers.ofPolicy(
      [],
      (document, analysis, { position, context }) =>
        references(document, analysis, position, context.includeDeclaration),
      ["position", "context"],
    ),
  );
  connection.onDocumentHighlight(answers.at([], highlights));
  connection.onPrepareRename(
    answers.at(null, (document, analysis, position) => orRefuse(prepareRename(document, analysis, position))),
  );
  connection.onRenameRequest(
    answers.ofPolicy(
      null,
      (document, analysis, { position, newName }) => orRefuse(rename(document, analysis, position, newName)),
      ["position", "newName"],
    ),
  );
  connection.onDocumentFormatting(answers.ofDocument([], formatting));
  connection.onCodeAction(
    answers.ofPolicy(
      [],
      (document, analysis, { range, context }) => codeActions(document, analysis, { range, only: context.only }),
      ["range", "context"],
    ),
  );
  connection.languages.semanticTokens.on(answers.ofPolicy({ data: [] }, semanticTokens));
  connection.onDocumentSymbol(answers.ofDocument([], documentSymbols));
  connection.languages.inlayHint.on(
    answers.ofPolicy([], (document, analysis, { range }) => inlayHints(document, analysis, range), ["range"]),
  );
  connection.onCodeLens(answers.ofDocument([], codeLenses));
}

function orRefuse<T>(renaming: Renaming<T>): T | ResponseError {
  return renaming.ok ? renaming.value : new ResponseError(ErrorCodes.InvalidRequest, renaming.message);
}

function answerTests(
  connection: Connection,
  workspace: Workspace,
  runTest: NonNullable<ServerOptions["runTest"]>,
): void {
  connection.onExecuteCommand(async ({ command, arguments: given = [] }) => {
    const [uri, name] = given as readonly unknown[];
    if (command !== RUN_TEST || typeof uri !== "string" || typeof name !== "string")
      return new ResponseError(ErrorCodes.InvalidParams, `\`${RUN_TEST}\` takes a URI and the name of a test`);
    const main = workspace.analysisOf(toPath(uri));
    if (main === undefined || main.lone !== null)
      return new ResponseError(ErrorCodes.InvalidParams, "no policy that this file belongs to is known");
    const { passed, text } = await runTest(main.main, name, workspace.files);
    connection.console.log(text);
    const [type, message] = passed
      ? ([MessageType.Info, `✓ ${name}`] as const)
      : ([MessageType.Error, `✗ ${name}: see the output of edgepolicy`] as const);
    await connection.sendNotification(ShowMessageNotification.type, { type, message });
    return { passed, text };
  });
}
