/** Documents for the tests of the language server's providers. `‸` in a text is the cursor. */
import type { Position } from "vscode-languageserver";
import { memoryFiles } from "../../dsl/index.ts";
import type { Analysis } from "../../dsl/language-server/analysis.ts";
import { toPosition } from "../../dsl/language-server/positions.ts";
import { type OpenDocument, Workspace } from "../../dsl/language-server/workspace.ts";
import { inventoryOf } from "./loading.ts";

/** Where the tests' files are. */
export const FOLDER = "/policies";
export const MAIN_URI: string = `file://${FOLDER}/main.edgepolicy`;

/** A document in its policy. */
export interface Opened {
  readonly workspace: Workspace;
  readonly document: OpenDocument;
  readonly analysis: Analysis;
  /** Of the cursor; the start where the text has none. */
  readonly position: Position;
}

/** Opens a text as the main file, among files that are on disk by their names. */
export function open(marked: string, files: Readonly<Record<string, string>> = {}): Opened {
  const entries = Object.entries(files).map(([name, text]) => [`${FOLDER}/${name}`, text] as const);
  return openIn(new Workspace(memoryFiles(Object.fromEntries(entries))), MAIN_URI, marked);
}

/** Opens a text in a workspace. */
export function openIn(workspace: Workspace, uri: string, marked: string, languageId = "edgepolicy"): Opened {
  const offset = marked.indexOf("‸");
  workspace.open(uri, languageId, 1, marked.replace("‸", ""));
  const document = workspace.document(uri);
  const analysis = document === undefined ? undefined : workspace.analysisOf(document.path);
  if (document === undefined || analysis === undefined) throw new Error(`${uri} did not open`);
  return { workspace, document, analysis, position: toPosition(document.source, Math.max(0, offset)) };
}

/** A small policy with something of each kind, and the inventory that it names. */
export const SHOP: string = `policy "shop" { default block }
identity { api_key { header "x-api-key" } }
clients from "clients.yaml"
route login = POST "/v1/login" { body { username: string } }
route order = GET "/v1/orders/{id}"
group api = order, login
/// Names tried from one network.
signal users = distinct(username) on login per ip.network over 10m
let internal = has client and client.kind in [service, job]
score risk {
  +40 when users > 20
  -10 when internal
}
limit fair_use on order per client else skip allow client.rate ?? 5 per 1s
rule partners on order when has client and granted then allow
rule stuffing on login when risk >= 30 then block for 15m per ip.network
rollout {
  stuffing shadow
}
test "a partner reads an order" {
  at 0s GET "/v1/orders/7" from 198.51.100.4 as client acme_sync expect allow
}
`;

export const SHOP_FILES: Readonly<Record<string, string>> = {
  "clients.yaml": inventoryOf(
    "acme_sync",
    "purpose: nightly export",
    "rate: { allow: 50, per: 1s, burst: 100 }",
    "operations: [order]",
    "networks: [198.51.100.0/24]",
    "plan: gold",
  ),
};
