/** The language server of the installed package. */
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { expect, inject, test } from "vitest";
import { LanguageClient } from "../helpers/language-client.ts";
import { folderWith, SIGN_IN } from "./program.ts";

test("lsp answers an editor, and ends as it is told", async () => {
  const cwd = folderWith({ "p.edgepolicy": SIGN_IN });
  const uri = pathToFileURL(join(cwd, "p.edgepolicy")).href;
  const client = new LanguageClient([join(inject("installed"), "node_modules/.bin/edgepolicy"), "lsp"]);
  await client.initialize(cwd);
  const told = client.nextDiagnostics(uri);
  await client.open(uri, SIGN_IN.replace("fails > 2", "failz > 2"));
  expect((await told).map(({ range }) => range.start)).toContainEqual({ line: 9, character: 28 });
  expect(await client.stop()).toBe(0);
});
