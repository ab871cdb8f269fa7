/**
 * Writes `docs/performance.md` and its picture from the result files. `node bench/page.ts --check` writes nothing and exits 1 if they are
 * not what it would write.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineFigures } from "./engines.ts";
import type { EditorFigures } from "./language-server.ts";
import { type Bar, chartsSvg, nanosText, type Series } from "./plot.ts";
import { readResult } from "./result.ts";
import { resultReader } from "./results.ts";
import { serverSections } from "./page-server.ts";
import { bytesAKey } from "./state.ts";
import { markdown, thousands } from "./table.ts";
import { metText, type TargetFigures } from "./targets.ts";

const FOLDER = join(import.meta.dirname, "..", "docs");
const PAGE = "performance.md";
const PICTURE = "performance.svg";

const read = resultReader(false);

/** The files of the page by their names. */
export function performanceFiles(): Readonly<Record<string, string>> {
  const sections = [
    head(),
    targets(),
    decision(),
    ruleCount(),
    engines(),
    limiters(),
    state(),
    start(),
    ...serverSections(),
    editor(),
    OWN,
  ];
  return { [PAGE]: sections.join("\n"), [PICTURE]: picture() };
}

function head(): string {
  const { machine, date, parts } = readResult<TargetFigures>("targets", false);
  const earlier = parts.filter(({ commit }) => commit !== machine.commit);
  const of = earlier.map(({ bench, commit }) => `\`${bench}\` ${commit}`).join(", ");
  return `# Performance

This page is written by \`node bench/page.ts\` from the results in \`bench/results/\`, each of which names its machine and commit. \`npm run bench --
targets\` measures all that the first table needs, and prints it.

How it was measured:

- The code that is timed has its types stripped, like the package (\`bench/run.mjs\` says why that matters).
- What is compared is timed in turn in one process, and ratios are medians over the rounds.
- The machine is shared, and its speed changes by a factor of two within minutes. So **the ratios of one run count, and single figures are rough**. A target
  that is a time is judged by the best round, to which nothing else on the machine added.

The table is of ${date.slice(0, 10)}: ${machine.cores} shared cores of ${machine.cpu}, Node.js ${machine.node}, commit ${machine.commit}. One step of
a fixed loop took ${machine.loopNanos} ns there; on an idle core of 2.6 GHz it takes about 0.7 ns.${earlier.length === 0 ? "" : ` Measured earlier that day: ${of}.`}
`;
}

function targets(): string {
  const { rows } = readResult<TargetFigures>("targets", false);
  const met = rows.filter((row) => row.met).length;
  const cells = rows.map(({ what, target, measured, reached, met: is }) => [
    what,
    target,
    measured,
    `${reached} ×`,
    is ? metText(is) : `**${metText(is)}**`,
  ]);
  return `## Targets

${met} of ${rows.length} are met. "Reached" is the part of the target that is reached: 1 or more is all of it.

${markdown(["", "target", "measured", "reached", ""], cells)}

Why the others are not met:

${rows.flatMap(({ what, why }) => (why === null ? [] : [`- ${what}: ${why}.`])).join("\n")}

![What a decision takes by the number of rules, and engines side by side](${PICTURE})
`;
}

function decision(): string {
  const { engine, byHand, reading, ratio } = read("decisions");
  const row = (name: string, { median, best }: typeof engine): readonly string[] => [
    name,
    nanosText(median),
    nanosText(best),
    thousands(Math.round(1e9 / median)),
  ];
  return `## A decision

The policy of \`examples/orders\`, with 1,000 clients, 1,000 strangers and outcomes of sign-ins, beside the same policy written by hand in JavaScript with
Maps (\`bench/orders-by-hand.ts\`). Before anything is timed, both have to give the same verdicts, statuses, deciders and waits on ${thousands(8_192 * 16)} requests.

${markdown(["", "median", "best round", "decisions/s"], [row("engine", engine), row("by hand", byHand), row("engine, without signals, scores, limits and rules", reading)])}

The engine takes **${ratio} times** the hand-written time.
`;
}

function ruleCount(): string {
  const { rows, ratios } = read("rule-count");
  const cells = ratios.map(({ kind, fewest, most, median }) => {
    const own = (rules: number): (typeof rows)[number] | undefined =>
      rows.find((row) => row.kind === kind && row.rules === rules);
    const one = Math.max(...["first", "middle", "last", "none"].map((name) => median[name] ?? 0));
    const few = own(fewest)?.median["middle"] ?? 0;
    const many = own(most);
    return [
      kind,
      thousands(most),
      nanosText(few),
      nanosText(many?.median["middle"] ?? 0),
      `${one} ×`,
      `${median["any"]} ×`,
      `${many?.compileMs} ms`,
    ];
  });
  return `## Number of rules

A decision (median) with 10 rules, and with many rules that differ in one thing or in several ("mix"), timed side by side. "acl" is a real firewall's rule set
(ClassBench): networks, ports and protocol. With "contained text" each rule looks for another text in one header. "Ratio, one" is the worst ratio where the same
rule holds each time, be it the first, the middle, the last or none. "Ratio, any" is the ratio where each request meets another rule, so that the rules are no longer in
the processor's caches.

${markdown(["rules differ by", "rules", "of 10, middle", "of all, middle", "ratio, one", "ratio, any", "compile"], cells)}
`;
}

function engines(): string {
  const { rows } = read("engines");
  const counts = [...new Set(rows.map(({ rules }) => rules))];
  const names = [...new Set(rows.map(({ engine }) => engine))];
  const cells = names.map((name) => {
    const own = rows.filter(({ engine }) => engine === name);
    return [name, own[0]?.version ?? "", ...own.map(({ median }) => nanosText(median)), `${own.at(-1)?.ratio} ×`];
  });
  const heads = counts.map((count) => `${thousands(count)} rules`);
  return `## Beside other engines

The same rules in the form of each engine, prepared as far as it allows; each rule refuses large uploads to one service by one tenant. The same
requests, each meeting another rule or none. Every answer is compared before anything is timed. Ours makes a whole decision about a request; the others are given the four
fields that the rules read.

${markdown(["", "version", ...heads, `÷ ours, at ${thousands(counts.at(-1) ?? 0)}`], cells)}

${fasterText(rows, counts[0] ?? 0)} Most of the others go through the rules in turn, so their time grows with the number of rules. The map of the
last line can be written only by someone who knows that all rules have the same form.
`;
}

/** Which engines take less than ours with few rules: being flat is worth the more, the more rules there are. */
function fasterText(rows: EngineFigures["rows"], rules: number): string {
  const faster = rows.filter((row) => row.rival && row.rules === rules && row.ratio < 1).map(({ engine }) => engine);
  if (faster.length === 0) return `With ${rules} rules already, none of the packages takes less than ours.`;
  return `With ${rules} rules, ${faster.join(", ")} ${faster.length === 1 ? "takes" : "take"} less than ours.`;
}

function limiters(): string {
  const { rows, keys, counting } = read("limiters");
  const cells = rows.map(({ limiter, version, median, ratio }) => [limiter, version, nanosText(median), `${ratio} ×`]);
  return `## Beside limiters

One limit, ${thousands(keys)} keys in random order. Some limiters count in windows, others in buckets. A check before the timing shows that all of them admit the first
ten calls of each of 200 keys within a window, and no others. Ours makes a whole decision about a request, with path, address and record; the others are asked
for the key alone.

${markdown(["", "version", "a call", "÷ ours"], cells)}

A \`Map\` that counts calls by their key, and neither limits nor forgets, takes ${nanosText(counting.median)}.
`;
}

function state(): string {
  const { memories, declared, flood, stalls, tables, snapshot } = read("state");
  const counts = [...new Set(tables.map(({ keys }) => keys))];
  const cells = memories.map(({ kind, values, keys, grown }) => {
    const told = declared.find((each) => each.kind === kind);
    const times = counts.map(
      (count) => tables.find((each) => each.kind === kind && each.keys === count)?.findNanos ?? 0,
    );
    const name = values === 1 ? kind : `${kind}, ${values} values`;
    return [
      name,
      values === 1 ? thousands(told?.bytesPerKey ?? 0) : "",
      `${thousands(bytesAKey(grown, keys))} (${thousands(keys)})`,
      ...(values === 1 ? times.map((nanos) => nanosText(nanos)) : counts.map(() => "")),
    ];
  });
  const heads = counts.map((count) => `finds one of ${thousands(count)}`);
  return `## State

Bytes for each key: as \`edgepolicy check --cost\` states them ("told"), and by how much a process grew that holds so many keys and does nothing else ("grown"). Then
the time of a decision that finds its key, drawn at random, among so many.

${markdown(["", "told", "grown (keys)", ...heads], cells)}

${thousands(flood.keys)} random keys against \`memory ${flood.memory / 2 ** 20}MB\`, shared by a limit, a signal and a ban: the process grew by ${megabytes(flood.grown)}, a decision took ${nanosText(flood.nanosADecision)}. While ${thousands(stalls.keys)} keys come and tables grow, the slowest
decision took ${stalls.worstMs} ms, if each decision counts as the fastest of ${stalls.runs} equal runs. In a single run it took ${stalls.worstSingleMs} ms; where nothing grows,
the machine itself causes ${stalls.worstWithoutGrowthMs} ms.

A snapshot of ${thousands(snapshot.keys)} keys is ${megabytes(snapshot.bytes)}. It is taken in parts while decisions go on: the slowest part took
${snapshot.worstPartMs} ms and the slowest decision meanwhile ${snapshot.worstDecisionMs} ms (each counted as the fastest of ${snapshot.runs} equal runs). It is restored in
${Math.round(snapshot.restoreMs)} ms.
`;
}

function start(): string {
  const compiled = read("compile");
  const most = Math.max(...compiled.rows.map(({ rules }) => rules));
  const kinds = [...new Set(compiled.rows.map(({ kind }) => kind))];
  const cells = kinds.map((kind) => {
    const row = compiled.rows.filter((each) => each.kind === kind).at(-1);
    return [
      kind,
      thousands(row?.rules ?? 0),
      `${Math.round(row?.loadMs ?? 0)} ms`,
      `${Math.round(row?.compileMs ?? 0)} ms`,
      `${Math.round(row?.bundleMs ?? 0)} ms`,
    ];
  });
  const { median, best, first: firstStart } = read("start");
  const { rows } = read("check");
  // Results of before there was a cache of compiled code tell of no first start.
  const firsts = rows.some(({ first }) => first !== undefined) ? ["first start", "best"] : [];
  const checks = rows.map(({ lines, inProcess, command, first }) => [
    thousands(lines),
    `${inProcess.median} ms`,
    ...[command, first].flatMap((each) =>
      each === undefined ? [] : [`${Math.round(each.median)} ms`, `${Math.round(each.best)} ms`],
    ),
  ]);
  const everFirst = firstStart === undefined ? "" : `; its first start ever takes ${Math.round(firstStart.median)} ms`;
  const cached =
    firsts.length === 0 ? "" : " The first start ever finds no compiled code of earlier starts, and stores its own.";
  return `## Compiling and starting

Up to ${thousands(most)} rules in a process that has compiled nothing before, the best of ${compiled.processes}:

${markdown(["rules differ by", "rules", "text to policy, all lints", "policy to program", "bundle to policy"], cells)}

\`edgepolicy check\`, start-up included, and the same in a warm process.${cached}

${markdown(["lines", "warm", "command", "best", ...firsts], checks)}

\`edgepolicy serve\` of the example is ready after ${Math.round(median)} ms (best ${Math.round(best)} ms)${everFirst}.
`;
}

function editor(): string {
  const { lines, milliseconds, machine } = readResult<EditorFigures>("language-server", false);
  const cells = milliseconds.map(({ name, p50, p95 }) => [name, `${p50} ms`, `${p95} ms`]);
  return `## At the desk

How long an editor waits, with a policy of ${thousands(lines)} lines, over the language server's protocol (\`npm run bench -- language-server\`, commit
${machine.commit}). The aim is 50 ms while you type.

${markdown(["", "median", "95 %"], cells)}
`;
}

const OWN = `## On your machine

\`edgepolicy bench FILE\` measures a policy of your own: requests are made from its routes and clients, and sent to the engine in process on one core.
It prints decisions a second, the median and tail of single decisions, the time to compile, and the bytes for each key of state. It also does so with 100, 1,000
and 10,000 more rules, which shows how the policy would scale. \`--seconds\` makes the run longer and steadier, \`--format json\` is for programs. In a
clone, \`npm run bench\` measures what this page shows; \`npm run bench -- rivals\` first installs what it compares with.
`;

function picture(): string {
  const counts = read("rule-count");
  const lines = counts.ratios.map(({ kind }): Series => {
    const own = counts.rows.filter((row) => row.kind === kind);
    return { name: kind, points: own.map(({ rules, median }) => ({ x: rules, y: median["any"] ?? 0 })) };
  });
  const { rows } = read("engines");
  const most = Math.max(...rows.map(({ rules }) => rules));
  const bars = rows
    .filter(({ rules }) => rules === most)
    .map(({ engine, median }, index): Bar => ({ name: engine, value: median, own: index === 0 }));
  return chartsSvg(
    lines,
    "A decision by the number of rules, each request meeting another",
    bars,
    `A decision of ${thousands(most)} rules, by engine`,
  );
}

function megabytes(bytes: number): string {
  return `${Math.round(bytes / 1e5) / 10} MB`;
}

function main(args: readonly string[]): number {
  for (const [name, content] of Object.entries(performanceFiles())) {
    const path = join(FOLDER, name);
    if (!args.includes("--check")) writeFileSync(path, content);
    else if (readFileSync(path, "utf8") !== content) {
      process.stderr.write(`edgepolicy: docs/${name} is not up to date: node bench/page.ts\n`);
      return 1;
    }
  }
  return 0;
}

if (process.argv[1] === import.meta.filename) process.exitCode = main(process.argv.slice(2));
