/** What the proof came to, for people and as data. */
import { lineOf, quoted, wrapText } from "../../dsl/index.ts";
import { formatTable, type Paint, plural } from "../report/format.ts";
import type { Untried } from "../policy-test/report-coverage.ts";
import type { ClaimKind } from "./claims/claim.ts";
import { DEFAULT_LONGEST, type ProveResult } from "./prove.ts";
import type { Found, Searched } from "./search.ts";
import { testText } from "./test-text.ts";
import { requestsOf } from "./trace.ts";

/** Version of {@link ProveJson}. */
export const PROVE_SCHEMA = "edgepolicy.proof/1";

/** What became of one claim. */
export interface ClaimJson {
  readonly kind: ClaimKind;
  readonly name: string;
  readonly statement: string;
  /** Where it is declared; null for what is claimed of every policy. */
  readonly file: string | null;
  readonly line: number | null;
  /** `untried`: no request was one that it is about. */
  readonly status: "held" | "refuted" | "untried";
  /** Requests that it was judged by. */
  readonly exercised: number;
  readonly refutation: {
    readonly message: string;
    readonly requests: number;
    /** A `test` block that shows it, in canonical format. */
    readonly test: string;
    readonly path: string;
    readonly replay: string;
  } | null;
}

/** The whole of it. */
export interface ProveJson {
  readonly schema: typeof PROVE_SCHEMA;
  readonly file: string;
  readonly held: boolean;
  readonly seed: number;
  readonly traces: number;
  readonly requests: number;
  readonly cutShort: boolean;
  readonly claims: readonly ClaimJson[];
  readonly unreached: readonly Untried[];
  readonly shared: readonly string[];
  readonly refunding: readonly string[];
}

/** The result as data. */
export function proveJson(result: ProveResult): ProveJson {
  const { proven, options, traces, requests, cutShort, claims, unreached, shared, refunding } = result;
  return {
    schema: PROVE_SCHEMA,
    file: proven.file,
    held: claims.every(({ found }) => found === null),
    seed: options.seed,
    traces,
    requests,
    cutShort,
    claims: claims.map((each) => claimJson(each, result)),
    unreached,
    shared,
    refunding,
  };
}

function claimJson({ claim, exercised, found }: Searched, result: ProveResult): ClaimJson {
  const { kind, name, statement, span } = claim;
  const { sources } = result.proven;
  return {
    kind,
    name,
    statement,
    file: span === null ? null : (sources[span.file]?.path ?? null),
    line: span === null ? null : lineOf(span, sources),
    status: found !== null ? "refuted" : exercised === 0 ? "untried" : "held",
    exercised,
    refutation: found === null ? null : refutationJson(claimTitle(kind, name), found, result),
  };
}

function refutationJson(
  title: string,
  { run, violation, path }: Found,
  { proven, options }: ProveResult,
): NonNullable<ClaimJson["refutation"]> {
  const against = options.against === null ? "" : ` --against ${options.against.name}`;
  const longest = options.longest === DEFAULT_LONGEST ? "" : ` --longest ${options.longest}`;
  const replay = `edgepolicy prove ${proven.file}${against}${longest} --seed ${options.seed} --path ${path}`;
  const comments = [`${violation.message}.`, replay];
  const test = testText(run, { name: `refuted: ${title}`, comments, refuting: violation.event });
  return { message: violation.message, requests: requestsOf(run.trace), test, path, replay };
}

/** What a claim is called. */
function claimTitle(kind: ClaimKind, name: string): string {
  switch (kind) {
    case "invariant":
      return name;
    case "limit":
      return `limit ${name}`;
    case "ban":
      return `ban of ${name}`;
    case "agreement":
      return `no difference from ${name}`;
    default:
      return name;
  }
}

/** Columns of what claims say. */
const WIDTH = 120;

/** The result for people. */
export function renderProof(result: ProveResult, paint: Paint): string {
  const { file, traces, requests, seed, cutShort, claims, unreached, shared, refunding } = proveJson(result);
  const width = `over ${plural(traces, "trace")}, ${plural(requests, "request")}`;
  const head = `${file}: seed ${seed}, ${width.slice(5)}${cutShort ? ", cut short by --time" : ""}\n`;
  const refuted = claims.filter(({ status }) => status === "refuted");
  const held = claims.filter(({ status }) => status === "held");
  const untried = claims.filter(({ status }) => status === "untried");
  return [
    head,
    ...refuted.map((claim) => renderRefutation(claim, paint)),
    claimLines(paint.good(`held ${width}; not proven`), held),
    claimLines("about no request of the search", untried),
    section("not claimed", [
      ...refunding.map((name) => [
        `limit ${name}`,
        "gives charges back, and guarantees nothing of what it lets through",
      ]),
      ...shared.map((name) => [`limit ${name}`, "can be shared by callers: one may use up what another has"]),
    ]),
    section(
      "never came about in the search",
      unreached.map(({ file: place, line, message }) => [`${place}:${line}`, message]),
    ),
    ...held.flatMap(({ kind, name }) => (kind === "agreement" ? [`no difference from ${name} found ${width}\n`] : [])),
    summary(claims, paint),
  ]
    .filter((text) => text !== "")
    .join("\n");
}

function renderRefutation({ kind, name, file, line, statement, refutation }: ClaimJson, paint: Paint): string {
  if (refutation === null) return "";
  const place = file === null ? "" : `   ${file}:${line}`;
  const title = `${paint.bad("REFUTED")}  ${paint.bold(claimLabel(kind, name))}: ${statement}${place}`;
  return `${title}\n\n${refutation.test}`;
}

function claimLabel(kind: ClaimKind, name: string): string {
  return kind === "invariant" ? `invariant ${quoted(name)}` : claimTitle(kind, name);
}

/** Each claim with the requests that it was judged by, and what it says below. */
function claimLines(title: string, claims: readonly ClaimJson[]): string {
  if (claims.length === 0) return "";
  const heads = formatTable(
    claims.map(({ kind, name, exercised }) => [
      claimLabel(kind, name),
      exercised === 0 ? "" : `${plural(exercised, "request")} judged`,
    ]),
    "lr",
  );
  const rows = claims.map(({ statement }, index) => {
    const lines = wrapText(statement, WIDTH - 4).map((line) => `    ${line}\n`);
    return `  ${heads[index]}\n${lines.join("")}`;
  });
  return `${title}\n${rows.join("")}`;
}

function section(title: string, rows: readonly (readonly string[])[]): string {
  if (rows.length === 0) return "";
  return `${title}\n${formatTable(rows, "ll")
    .map((row) => `  ${row}\n`)
    .join("")}`;
}

function summary(claims: readonly ClaimJson[], paint: Paint): string {
  if (claims.length === 0) return "nothing is claimed: declare an `invariant`\n";
  const count = (status: ClaimJson["status"]): number => claims.filter((each) => each.status === status).length;
  const [refuted, held, untried] = [count("refuted"), count("held"), count("untried")];
  const text = `${plural(claims.length, "claim")}: ${refuted} refuted, ${held} held, ${untried} untried`;
  return `${refuted > 0 ? paint.bad(text) : paint.good(text)}\n`;
}
