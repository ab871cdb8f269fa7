/** The files of a policy's lists: read anew while the policy runs. What a file has wrong leaves its list as it was. */
import { resolve } from "node:path";
import type { LoadResult } from "../dsl/index.ts";
import { loadListFile, nodeFiles, renderDiagnostics } from "../dsl/index.ts";
import type { List } from "../engine/index.ts";
import type { Gate } from "./gate.ts";
import type { ListReload, ReloadResult } from "./policy-loader.ts";

/** A list and the path of its file, as messages show it. */
interface FiledList {
  readonly list: List;
  readonly path: string;
}

/** Lists by the absolute path of their file; several may share one. */
export class ListFiles {
  readonly #lists: readonly FiledList[];

  /** @param load - A policy that loaded. */
  constructor({ policy, sources }: LoadResult) {
    this.#lists = (policy?.lists ?? []).flatMap((list) => {
      const declaring = sources[list.span.file];
      if (list.file === null || declaring === undefined) return [];
      return [{ list, path: nodeFiles.resolve(declaring.path, list.file) }];
    });
  }

  has(file: string): boolean {
    return this.#lists.some(({ path }) => resolve(path) === file);
  }

  of(files: readonly string[]): readonly FiledList[] {
    return this.#lists.filter(({ path }) => files.includes(resolve(path)));
  }
}

/** Puts what the files of lists now hold into the running policy. */
export function reloadLists(lists: readonly FiledList[], gate: Gate): ReloadResult {
  const reloads = lists.map((filed) => reloadList(filed, gate));
  const problem = reloads.flatMap((each) => (each.problem === "" ? [] : [each.problem])).join("\n");
  return { applied: problem === "", version: gate.view.policy.version, report: null, lists: reloads, problem };
}

function reloadList({ list: { name, type, values: loaded }, path }: FiledList, gate: Gate): ListReload {
  const { values, diagnostics, sources } = loadListFile(path, type, nodeFiles);
  if (values === null) {
    const details = renderDiagnostics(diagnostics, sources, { color: false });
    const problem = `list \`${name}\` keeps its entries\n${details}`;
    return { name, entries: gate.view.lists.get(name) ?? loaded.length, problem };
  }
  gate.engine.setList(name, values);
  gate.view = { ...gate.view, lists: new Map([...gate.view.lists, [name, values.length]]) };
  return { name, entries: values.length, problem: "" };
}
