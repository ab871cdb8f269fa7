/** The commands by name. Each is loaded when it is asked for, so that `--help` and `fmt` do not wait for the server. */
import type { Command } from "./command.ts";

/** A command's line in the help, and where it is. */
export interface CommandEntry {
  readonly name: string;
  readonly summary: string;
  readonly load: () => Promise<Command>;
}

/** In the order of the help. */
export const COMMANDS: readonly CommandEntry[] = [
  {
    name: "check",
    summary: "parse, type-check and lint policies",
    load: async (): Promise<Command> => (await import("./commands/check.ts")).check,
  },
  {
    name: "fmt",
    summary: "bring policies into the canonical format",
    load: async (): Promise<Command> => (await import("./commands/fmt.ts")).fmt,
  },
  {
    name: "test",
    summary: "run the tests in policies, and show what they cover",
    load: async (): Promise<Command> => (await import("./commands/test.ts")).test,
  },
  {
    name: "decide",
    summary: "decide requests given as data",
    load: async (): Promise<Command> => (await import("./commands/decide.ts")).decide,
  },
  {
    name: "explain",
    summary: "explain why a request is decided as it is, and what would change that",
    load: async (): Promise<Command> => (await import("./commands/explain.ts")).explain,
  },
  {
    name: "simulate",
    summary: "run attacks and honest traffic against a policy",
    load: async (): Promise<Command> => (await import("./commands/simulate.ts")).simulate,
  },
  {
    name: "replay",
    summary: "show what a policy would have done to recorded traffic",
    load: async (): Promise<Command> => (await import("./commands/replay.ts")).replay,
  },
  {
    name: "diff",
    summary: "show which verdicts a change of a policy turns, on a log or in a scenario",
    load: async (): Promise<Command> => (await import("./commands/diff.ts")).diff,
  },
  {
    name: "prove",
    summary: "look for requests that refute what a policy claims",
    load: async (): Promise<Command> => (await import("./commands/prove.ts")).prove,
  },
  {
    name: "audit",
    summary: "audit the inventory, who gets through where, and the controls",
    load: async (): Promise<Command> => (await import("./commands/audit.ts")).audit,
  },
  {
    name: "compile",
    summary: "write a checked policy, with all the files it names, as one bundle",
    load: async (): Promise<Command> => (await import("./commands/compile.ts")).compile,
  },
  {
    name: "serve",
    summary: "enforce a policy in front of a service, or for a proxy that asks",
    load: async (): Promise<Command> => (await import("./commands/serve.ts")).serve,
  },
  {
    name: "init",
    summary: "write a policy, an inventory, a scenario and a CI workflow to start from",
    load: async (): Promise<Command> => (await import("./commands/init.ts")).init,
  },
  {
    name: "key",
    summary: "make a key, secret or key pair for a client of the inventory",
    load: async (): Promise<Command> => (await import("./commands/key.ts")).key,
  },
  {
    name: "bench",
    summary: "measure how fast a policy is on this machine",
    load: async (): Promise<Command> => (await import("./commands/bench.ts")).bench,
  },
  {
    name: "lsp",
    summary: "serve an editor in the Language Server Protocol",
    load: async (): Promise<Command> => (await import("./commands/lsp.ts")).lsp,
  },
];
