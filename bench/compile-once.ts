/** A process that makes one policy of many rules and compiles it, once: `node bench/compile-once.ts KIND RULES OUT`. Its bundle goes to OUT. */
import { hash } from "node:crypto";
import { writeFileSync } from "node:fs";
import { createEngine, encodeBundle } from "../engine/index.ts";
import { policyOf, RULE_SETS, requestFor } from "./rule-sets.ts";

/** What it prints, as JSON. */
export interface CompileTimes {
  /** From text to the policy model, all lints included. */
  readonly loadMs: number;
  /** From the policy model to an engine that decided a first request. */
  readonly compileMs: number;
}

function main([kind = "", rules = "0", out = ""]: readonly string[]): void {
  const set = RULE_SETS.find((each) => each.kind === kind);
  if (set === undefined) throw new Error(`no rule set ${kind}`);
  const began = performance.now();
  const policy = policyOf(set, Number(rules));
  const loaded = performance.now();
  const engine = createEngine(policy);
  engine.decide(requestFor(set, 0), 0);
  const times: CompileTimes = { loadMs: loaded - began, compileMs: performance.now() - loaded };
  writeFileSync(
    out,
    encodeBundle({ policy, rest: null }, (bytes) => hash("sha256", bytes, "buffer")),
  );
  process.stdout.write(JSON.stringify(times));
}

main(process.argv.slice(2));
