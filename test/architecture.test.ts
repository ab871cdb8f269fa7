/** Holds the source to ARCHITECTURE.md: which folder imports which, what the engine may touch, and how long a file may be. */
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, it } from "vitest";

const ROOT = dirname(import.meta.dirname);

/** What each folder may import, besides itself and packages. Folders that are not listed may import everything. */
const ARROWS: Readonly<Record<string, readonly string[]>> = {
  engine: [],
  dsl: ["engine"],
  traffic: ["engine"],
  simulator: ["engine", "dsl", "traffic"],
  server: ["engine", "dsl", "traffic"],
};
/** Folders with a door of their own. */
const DOORS = ["engine", "dsl", "traffic", "simulator", "server", "cli"] as const;
const FREE = ["cli", "editors", "bench", "examples", "scripts", "test"] as const;
/** Lines past which a file says in its header why it is one file. */
const LONG = 400;
const REASON = /\b[Oo]ne (?:file|class|table),? because\b/;

interface Import {
  readonly file: string;
  readonly target: string;
}

interface Source {
  /** Path from the root, with `/`. */
  readonly path: string;
  readonly text: string;
}

const sources: readonly Source[] = [...DOORS, "editors", "bench", "examples", "scripts", "test"].flatMap(readFolder);
const shipped = sources.filter(({ path }) => DOORS.some((folder) => path.startsWith(`${folder}/`)));

function readFolder(folder: string): readonly Source[] {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name))
    .map((entry) => relative(ROOT, join(entry.parentPath, entry.name)).replaceAll("\\", "/"))
    .filter((path) => !path.includes("node_modules/"))
    .map((path) => ({ path, text: readFileSync(join(ROOT, path), "utf8") }));
}

/** Static and dynamic imports and re-exports, relative ones as paths from the root. */
function importsOf({ path, text }: Source): readonly Import[] {
  const code = withoutComments(text);
  return [...code.matchAll(/(?:\bfrom\s+|\bimport\s*\(?\s*)"([^"\n]+)"/g)].map(([, specifier = ""]) => {
    const target = specifier.startsWith(".") ? join(dirname(path), specifier).replaceAll("\\", "/") : specifier;
    return { file: path, target };
  });
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/(^|\s)\/\/.*$/gm, "");
}

function folderOf(path: string): string {
  return path.includes("/") ? path.slice(0, path.indexOf("/")) : "";
}

function inFolder(folder: string): readonly Source[] {
  return sources.filter(({ path }) => path.startsWith(`${folder}/`));
}

/** Files of a folder in whose code `pattern` stands, with what it matched. */
function finds(folder: string, pattern: RegExp): readonly string[] {
  return inFolder(folder).flatMap(({ path, text }) => {
    const found = pattern.exec(withoutComments(text));
    return found === null ? [] : [`${path}: ${found[0]}`];
  });
}

const allImports = sources.flatMap(importsOf);

describe("imports", () => {
  it("are found in every folder", () => {
    for (const folder of ["dsl", "traffic", "simulator", "server", "cli"]) {
      const crossing = allImports.filter(
        ({ file, target }) => folderOf(file) === folder && folderOf(target) === "engine",
      );
      expect(crossing, folder).not.toHaveLength(0);
    }
  });

  it.each(Object.entries(ARROWS))("of %s reach only %j", (folder, allowed) => {
    const reached = allImports.filter(({ file, target }) => folderOf(file) === folder && isOurs(target));
    const wrong = reached.filter(({ target }) => folderOf(target) !== folder && !allowed.includes(folderOf(target)));
    expect(wrong).toEqual([]);
  });

  it("enter another folder through its index.ts", () => {
    const crossing = allImports.filter(({ file, target }) => {
      const door = (DOORS as readonly string[]).includes(folderOf(target));
      return door && folderOf(file) !== folderOf(target) && folderOf(file) !== "test";
    });
    expect(crossing.filter(({ target }) => !/^[a-z]+\/index\.ts$/.test(target) && target !== "cli/bin.ts")).toEqual([]);
  });

  it("of uWebSockets.js stand in one file", () => {
    const users = allImports
      .filter(({ target }) => /^uws-|^uWebSockets|^@uwsjs\//.test(target))
      .map(({ file }) => file);
    expect([...new Set(users)]).toEqual(["server/load-uws.ts"]);
  });

  it("of a library stand with the folders that use it", () => {
    const users = (name: string): readonly string[] => {
      const files = allImports.filter(({ target }) => target === name).map(({ file }) => folderOf(file));
      return [...new Set(files)].filter((folder) => !(FREE as readonly string[]).includes(folder));
    };
    expect(users("chevrotain")).toEqual(["dsl"]);
    expect(users("yaml")).toEqual(["dsl", "traffic", "server"]);
    expect(users("undici")).toEqual(["server"]);
    expect(users("vscode-languageserver")).toEqual(["dsl"]);
    expect(users("vscode-languageserver-textdocument")).toEqual(["dsl"]);
  });
});

function isOurs(target: string): boolean {
  return [...DOORS, ...FREE].some((folder) => folderOf(target) === folder);
}

describe("the engine", () => {
  it("imports no Node API, and no package but for bundles and snapshots", () => {
    const foreign = allImports.filter(
      ({ file, target }) => folderOf(file) === "engine" && folderOf(target) !== "engine",
    );
    // Snapshots are MessagePack; its package touches no Node API either.
    const users = foreign.filter(({ target }) => target === "msgpackr/pack" || target === "msgpackr/unpack");
    expect(users).toEqual(foreign);
    expect(users.every(({ file }) => file.startsWith("engine/snapshot/"))).toBe(true);
  });

  it("touches no global of Node or of a browser", () => {
    const globals = /\b(process|Buffer|globalThis|console|require|fetch|crypto|document|navigator)\b\s*[.([]/;
    expect(finds("engine", globals)).toEqual([]);
  });
});

describe("time and chance", () => {
  const forbidden = /\bDate\.now|\bnew Date\(\)|\bMath\.random|\bperformance\.|\bset(?:Timeout|Interval|Immediate)\b/;

  it.each(["engine", "simulator"])("are arguments in %s", (folder) => {
    expect(finds(folder, forbidden)).toEqual([]);
  });
});

describe("files", () => {
  it("begin with a comment that says what they are", () => {
    const bare = shipped.filter(({ text }) => !/^(#!.*\n)?\/\*\*/.test(text)).map(({ path }) => path);
    expect(bare).toEqual([]);
  });

  it(`of more than ${LONG} lines say why in their header`, () => {
    const long = shipped.filter(({ text }) => text.split("\n").length > LONG);
    const unexplained = long.filter(({ text }) => !REASON.test(text.slice(0, text.indexOf("*/"))));
    expect(unexplained.map(({ path, text }) => `${path}: ${text.split("\n").length} lines`)).toEqual([]);
  });

  it("export by name", () => {
    const stars = shipped.filter(({ text }) => /^export \* from/m.test(text)).map(({ path }) => path);
    expect(stars).toEqual([]);
  });

  it("name no place of the machine they were written on", () => {
    const place = new RegExp(["", "(work|root|home/[a-z]+|Users/[a-z]+|tmp/[a-z])"].join("/"));
    const found = sources
      .filter(({ text }) => new RegExp(`["'\`\\s]${place.source}\\b`).test(text))
      .map(({ path }) => path);
    expect(found).toEqual([]);
  });

  it("leave no suppressed check and no note to self", () => {
    const marks = new RegExp(["@ts-(?:ignore|nocheck|expect-error)", "\\bTOD[O]\\b", "\\bFIXM[E]\\b"].join("|"));
    expect(sources.filter(({ text }) => marks.test(text)).map(({ path }) => path)).toEqual([]);
  });
});
