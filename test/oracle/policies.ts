/** Our policies for CrowdSec's scenarios: which file and rule stands for which, by the rules' tags. */
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { loadPolicy, type LoadResult, renderDiagnostics } from "../../dsl/index.ts";
import type { Policy, Span } from "../../engine/index.ts";
import { filesWithLists } from "./lists.ts";

const FOLDER = join(import.meta.dirname, "crowdsec");

/** The rule that stands for a scenario. */
export interface Expression {
  readonly scenario: string;
  /** Name of the file in `crowdsec/`. */
  readonly file: string;
  readonly policy: Policy;
  readonly rule: string;
  /** The signals that the rule reads, as they are written, and its condition where that is more than the name of one. */
  readonly text: string;
}

let loaded: ReadonlyMap<string, Expression> | null = null;

/** By the name of the scenario. */
export function expressions(): ReadonlyMap<string, Expression> {
  loaded ??= new Map(
    readdirSync(FOLDER)
      .filter((file) => file.endsWith(".edgepolicy") && file !== "static.edgepolicy")
      .flatMap((file) => expressionsOf(file).map((each) => [each.scenario, each] as const)),
  );
  return loaded;
}

function expressionsOf(file: string): readonly Expression[] {
  const load = loadPolicy(join(FOLDER, file), filesWithLists);
  const { policy } = load;
  if (policy === null) throw new Error(renderDiagnostics(load.diagnostics, load.sources, { color: false }));
  return policy.rules.flatMap(({ name, tags, when }) =>
    tags.map((scenario) => {
      const condition = when === null ? "" : textOf(when.span, load);
      const read = policy.signals.filter((signal) => new RegExp(`\\b${signal.name}\\b`).test(condition));
      const written = read.map((signal) => measureOf(textOf(signal.span, load)));
      const text = [...written, ...(condition === read[0]?.name ? [] : [condition])].join(" · ");
      return { scenario, file, policy, rule: name, text };
    }),
  );
}

function textOf({ file, start, end }: Span, { sources }: LoadResult): string {
  return (sources[file]?.text ?? "").slice(start, end).replaceAll(/\s+/g, " ").trim();
}

/** `signal x = count where …` without its head. */
function measureOf(signal: string): string {
  return signal.replace(/^.*?signal /, "");
}
