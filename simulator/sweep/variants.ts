/** Variants of a policy: its text with some numbers changed, and every other byte as it was. */
import { analyzePolicy, type FileReader, loadPolicy, type Scenario, type SourceFile } from "../../dsl/index.ts";
import type { Policy } from "../../engine/index.ts";
import { closestName } from "../../traffic/index.ts";
import { findLiterals, type PolicyLiteral } from "./literals.ts";
import { SweepError } from "./sweep-error.ts";

/** A number and the text that stands in its place. */
export interface LiteralChange {
  readonly literal: PolicyLiteral;
  readonly text: string;
}

/** What a variant loads to. */
export type Variant =
  | { readonly ok: true; readonly policy: Policy; readonly scenarios: readonly Scenario[] }
  /** Why it does not check: the first error. */
  | { readonly ok: false; readonly problem: string };

/** A policy as text, with the numbers in it that can be varied. */
export class Variants {
  readonly literals: readonly PolicyLiteral[];
  readonly sources: readonly SourceFile[];
  readonly #main: string;
  readonly #files: FileReader;

  /**
   * @param path - The policy's main file or bundle.
   * @throws {@link SweepError} where it has errors.
   */
  constructor(path: string, reader: FileReader) {
    const bundle = loadPolicy(path, reader).bundle;
    this.#main = bundle?.main ?? path;
    this.#files = bundle?.files ?? reader;
    const { policy, declarations, sources } = analyzePolicy(this.#main, this.#files);
    if (policy === null) throw new SweepError(`${path} has errors`, `edgepolicy check ${path} shows them`);
    this.sources = sources;
    this.literals = findLiterals(declarations.all, sources);
  }

  /** The policy with `changes`; without any, as it is. */
  load(changes: readonly LiteralChange[]): Variant {
    const { policy, scenarios, diagnostics } = loadPolicy(this.#main, this.#edited(changes));
    if (policy !== null) return { ok: true, policy, scenarios };
    const error = diagnostics.find(({ severity }) => severity === "error");
    return { ok: false, problem: error?.message ?? "it does not check" };
  }

  /** Text of a source with `changes`. */
  edit(file: number, changes: readonly LiteralChange[]): string {
    const here = changes.filter(({ literal }) => literal.span.file === file);
    return here
      .toSorted((a, b) => b.literal.span.start - a.literal.span.start)
      .reduce(
        (text, { literal: { span }, text: put }) => text.slice(0, span.start) + put + text.slice(span.end),
        this.sources[file]?.text ?? "",
      );
  }

  #edited(changes: readonly LiteralChange[]): FileReader {
    const files = new Set(changes.map(({ literal }) => literal.span.file));
    const texts = new Map([...files].map((file) => [this.sources[file]?.path, this.edit(file, changes)]));
    return {
      read: (path, maxBytes) => {
        const text = texts.get(path);
        return text === undefined ? this.#files.read(path, maxBytes) : { ok: true, bytes: Buffer.from(text) };
      },
      resolve: (from, relative) => this.#files.resolve(from, relative),
    };
  }
}

/**
 * The number that `name` stands for: its whole name, or the part after the declaration's kind where only one has it.
 *
 * @throws {@link SweepError} naming all there are.
 */
export function findLiteral(literals: readonly PolicyLiteral[], name: string): PolicyLiteral {
  const exact = literals.find((literal) => literal.name === name);
  if (exact !== undefined) return exact;
  const short = literals.filter((literal) => withoutKind(literal.name) === name);
  const [only, second] = short;
  if (only !== undefined && second === undefined) return only;
  if (second !== undefined) throw new SweepError(`\`${name}\` is not one number`, listOf(short));
  throw new SweepError(`the policy has no number \`${name}\``, likeOf(literals, name) ?? listOf(literals));
}

/** Why there is nothing to vary. */
export const NO_NUMBER = "none of its conditions and clauses has a number to vary";

/** Numbers that are listed where none is like the one that was named. */
const LISTED_MAX = 20;

function listOf(literals: readonly PolicyLiteral[]): string {
  if (literals.length === 0) return NO_NUMBER;
  if (literals.length > LISTED_MAX) return `\`--sweep list\` lists its ${literals.length} numbers`;
  return `its numbers are ${literals.map(({ name, raw }) => `${name} (${raw})`).join(", ")}`;
}

function likeOf(literals: readonly PolicyLiteral[], name: string): string | null {
  const byName = new Map(
    literals.flatMap((each) => [each.name, withoutKind(each.name)].map((key) => [key, each] as const)),
  );
  const like = byName.get(closestName(name, byName.keys()) ?? "");
  return like === undefined ? null : `did you mean \`${like.name}\` (${like.raw})? \`--sweep list\` lists all`;
}

/** The part after the declaration's kind. */
function withoutKind(name: string): string {
  return name.slice(name.indexOf(" ") + 1);
}
