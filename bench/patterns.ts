/**
 * Regular expressions: ours beside the host's `RegExp` on patterns as policies have them, the same answers first and then timed in
 * turn; and ours alone on patterns that backtracking is slow at, over texts that double, where a unit must not come to take longer.
 */
import { loadPolicyText } from "../dsl/index.ts";
import { type Pattern, patternTest } from "../engine/index.ts";
import { hundredths, ratioInTurn, timeInTurn } from "./measure.ts";
import type { BenchResult } from "./result.ts";
import { seeded } from "./seeded.ts";
import { table } from "./table.ts";

const FULL = { rounds: 60, warmUp: 10, steps: 20_000, doublings: 4 };
const QUICK = { rounds: 2, warmUp: 1, steps: 200, doublings: 2 };

const AGENTS = [
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0.0.0 Safari/537.36",
  "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
  "curl/8.5.0",
  "python-requests/2.31.0",
  "okhttp/4.12.0",
  "sqlmap/1.7.11#stable (https://sqlmap.org)",
  "Mozilla/5.0 (X11; Linux x86_64) SemrushBot crawler",
];
const PATHS = [
  "/v1/orders/8231",
  "/v1/orders/8231/items?limit=20&sort=created",
  "/v2/customers/3f0c1f0e-8c11-4d43-9f0f-3e2c7f1d9a55/cards",
  "/wp-login.php",
  "/search?q=1%27%20union%20%20select%20password%20from%20users--",
  "/assets/app.4c1d2.js",
  "/a/../../etc/passwd",
  `/deep${"/er".repeat(60)}`,
];
const TOKENS = [
  "user@example.com",
  "first.last+tag@mail.example.co.uk",
  "10.20.30.40",
  "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0.dozjgNryP4J3jVmNHl0w5N_XgL0n3I9PlFUP0THsR8U",
  "2026-01-01T00:00:00Z",
  "not one of these, but a line of words as one writes them",
];

/** Patterns as people write them, with texts of the kind that they are tried on. */
const ORDINARY: readonly (readonly [source: string, texts: readonly string[]])[] = [
  ["^/v[0-9]+/orders/[0-9]+$", PATHS],
  ["^/v[0-9]+/customers/[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/", PATHS],
  ["\\.(?:php|asp|aspx|jsp|cgi)(?:$|\\?)", PATHS],
  ["\\.\\./", PATHS],
  ["union(?:%20|\\+|\\s)+select", PATHS],
  ["q=.*select.*from", PATHS],
  ["^[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\\.[A-Za-z]{2,}$", TOKENS],
  ["^[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}\\.[0-9]{1,3}$", TOKENS],
  ["^[\\w-]+\\.[\\w-]+\\.[\\w-]+$", TOKENS],
  ["^curl/[0-9]+\\.[0-9]+", AGENTS],
  ["\\b(?:sqlmap|nikto|nmap|masscan|nessus)\\b", AGENTS],
  ["(?:bot|crawler|spider|scraper)", AGENTS],
  ["Mozilla/5\\.0 .*(?:bot|crawl)", AGENTS],
  ["Chrome/[0-9]+\\..* Safari/", AGENTS],
  ["[0-9]+\\.[0-9]+\\.[0-9]+", AGENTS],
];

const random = seeded(1);
/** Letters without a period, which lead an automaton to ever new states. */
const MIXED = Array.from({ length: 131_072 }, () => (random() < 0.5 ? "a" : "b")).join("");

/**
 * Patterns at which backtracking takes powers of the length or worse, with what their texts repeat and end in: all that a match needs
 * is there, only never in the right order.
 */
const HOSTILE: readonly (readonly [source: string, repeated: string, end: string])[] = [
  ["^(a+)+$", "a", "!"],
  ["^(a|a)*b", "a", "!b"],
  ["^a*a*a*a*b", "a", "!b"],
  ["x.*.*x=", "x", "!="],
  ["^(x+x+)+y", "x", "!y"],
  ["a[ab]{40}c", MIXED, "c"],
  ["b(?:a?){30}a{30}b", "a", "!b"],
  ["<.*>.*<.*>$", "<>", "!"],
];
const SHORTEST = 8_192;

interface Row {
  readonly pattern: string;
  readonly texts: number;
  /** Nanoseconds a text. */
  readonly ours: number;
  readonly native: number;
  /** What ours takes over what `RegExp` takes. */
  readonly ratio: number;
}

interface HostileRow {
  readonly pattern: string;
  readonly lengths: readonly number[];
  /** Nanoseconds a unit, best round, by length. */
  readonly nanos: readonly number[];
  /** The longest text's over the shortest's. */
  readonly growth: number;
}

/** What the group measures. */
export interface PatternFigures {
  readonly rounds: number;
  readonly ordinary: readonly Row[];
  readonly hostile: readonly HostileRow[];
}

export function benchPatterns(quick: boolean): BenchResult<PatternFigures> {
  const size = quick ? QUICK : FULL;
  const ordinary = ORDINARY.map(([source, texts]) => compare(source, texts, size));
  const hostile = HOSTILE.map((each) => double(each, size));
  return {
    name: "patterns",
    title: "patterns: nanoseconds a text beside RegExp, and a unit of hostile texts of doubling length",
    figures: { rounds: size.rounds, ordinary, hostile },
    table: `${ordinaryTable(ordinary)}\n\n${hostileTable(hostile)}`,
  };
}

/** The pattern of a condition `matches /source/`. */
function patternOf(source: string): Pattern {
  const condition = `header["x"] ?? "" matches /${source.replaceAll("/", "\\/")}/`;
  const { policy } = loadPolicyText(`policy "p" { default allow }\nrule r when ${condition} then block\n`);
  const when = policy?.rules[0]?.when;
  if (when?.kind !== "matches") throw new Error(`/${source}/ does not compile`);
  return when.pattern;
}

function compare(source: string, texts: readonly string[], { rounds, warmUp, steps }: typeof FULL): Row {
  const test = patternTest(patternOf(source));
  const native = new RegExp(source);
  for (const text of texts) {
    if (test(text) !== native.test(text)) throw new Error(`/${source}/ answers otherwise on ${text}`);
  }
  const run = (matches: (text: string) => boolean) => (): number => {
    let found = 0;
    for (let step = 0; step < steps; step++) if (matches(texts[step % texts.length] ?? "")) found++;
    return found;
  };
  const contestants = [
    { name: "ours", steps, run: run(test) },
    { name: "RegExp", steps, run: run((text) => native.test(text)) },
  ];
  const [left, right] = timeInTurn(contestants, rounds, warmUp);
  if (left === undefined || right === undefined) throw new Error("nothing was measured");
  const ratio = ratioInTurn(left, right);
  return { pattern: source, texts: texts.length, ours: left.median, native: right.median, ratio };
}

function double([source, repeated, end]: (typeof HOSTILE)[number], size: typeof FULL): HostileRow {
  const test = patternTest(patternOf(source));
  const lengths = Array.from({ length: size.doublings + 1 }, (_, index) => SHORTEST << index);
  const contestants = lengths.map((length) => {
    const text = repeated.repeat(Math.ceil(length / repeated.length)).slice(0, length) + end;
    return { name: String(length), steps: length, run: (): number => Number(test(text)) };
  });
  const nanos = timeInTurn(contestants, size.rounds, size.warmUp).map((timing) =>
    hundredths(Math.min(...timing.samples)),
  );
  return { pattern: source, lengths, nanos, growth: hundredths((nanos.at(-1) ?? 0) / (nanos[0] ?? 1)) };
}

function ordinaryTable(rows: readonly Row[]): string {
  return table(
    ["pattern", "ours", "RegExp", "ours ÷ RegExp"],
    rows.map(({ pattern, ours, native, ratio }) => [pattern, `${ours} ns`, `${native} ns`, `${ratio} ×`]),
  );
}

function hostileTable(rows: readonly HostileRow[]): string {
  const lengths = rows[0]?.lengths ?? [];
  return table(
    ["ns a unit, texts of", ...lengths.map((length) => length.toLocaleString("en")), "longest ÷ shortest"],
    rows.map(({ pattern, nanos, growth }) => [pattern, ...nanos.map(String), `${growth} ×`]),
  );
}
