/** A context without an engine around it, for tests of what reads and writes its slots. */
import { compile } from "../../engine/compile/compile.ts";
import { makeTests } from "../../engine/evaluate.ts";
import { Context } from "../../engine/facts/context.ts";
import { makeReaders } from "../../engine/facts/read-slot.ts";
import type { Policy } from "../../engine/index.ts";

/** What an engine would answer: no signal, score or limit has a value. */
const NOTHING = { signal: () => 0, score: () => 0, used: () => 0, condition: () => false };

/** The context of a policy before its first request. */
export function contextOf(policy: Policy): Context {
  return new Context(compile(policy), NOTHING, { makeReaders, makeTests });
}
