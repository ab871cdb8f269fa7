/**
 * CrowdSec's lists of texts, as declarations that policies import: `lists/NAME.edgepolicy` is made from `_lists/NAME.txt` where the
 * tests lie, so that no copy of them is kept here. Each is a `let` that tests one text for all entries.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { type FileReader, nodeFiles } from "../../dsl/index.ts";
import { CROWDSEC } from "./crowdsec-tests.ts";

interface ListTest {
  readonly file: string;
  readonly name: string;
  /** The condition for one entry. */
  readonly test: (entry: string) => string;
}

const LISTS: Readonly<Record<string, ListTest>> = {
  admin_interfaces: {
    file: "admin_interfaces.txt",
    name: "names_admin_interface",
    test: (entry) => `path.with_query matches /${escaped(entry)}/i`,
  },
  bad_user_agents: {
    file: "bad_user_agents.regex.txt",
    name: "names_bad_agent",
    test: (entry) => `(header["user-agent"] ?? "") matches /${entry.replaceAll("/", "\\/")}/`,
  },
  path_traversal: {
    file: "http_path_traversal.txt",
    name: "traverses",
    test: (entry) => `path.with_query contains ${JSON.stringify(entry)}`,
  },
  sensitive_data: {
    file: "sensitive_data.txt",
    name: "names_sensitive_file",
    test: (entry) => `path.with_query ends_with ${JSON.stringify(entry)}`,
  },
  sqli_probe_patterns: {
    file: "sqli_probe_patterns.txt",
    name: "has_sql",
    test: (entry) => `query.raw matches /${escaped(entry)}/i`,
  },
};

function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}

function declarationOf({ file, name, test }: ListTest): string {
  const lines = readFileSync(join(CROWDSEC, "_lists", file), "utf8").split("\n");
  const entries = lines.filter((line) => line.trim() !== "" && !line.startsWith("#"));
  return `let ${name} = ${entries.map(test).join("\n  or ")}\n`;
}

const MADE = /(?:^|\/)lists\/(\w+)\.edgepolicy$/;

/** Files on disk, with the lists among them. */
export const filesWithLists: FileReader = {
  read(path, maxBytes) {
    const list = LISTS[MADE.exec(path)?.[1] ?? ""];
    if (list === undefined || !existsSync(CROWDSEC)) return nodeFiles.read(path, maxBytes);
    return { ok: true, bytes: new TextEncoder().encode(declarationOf(list)) };
  },
  resolve: (from, relative) => nodeFiles.resolve(from, relative),
};
