/**
 * Diagnostics as a SARIF log for code scanning: https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html. Lines and
 * columns count from 1 in UTF-16 units, ends are exclusive, as in all of the project.
 */
import { isAbsolute, relative, sep } from "node:path";
import { pathToFileURL } from "node:url";
import type { Span } from "../engine/index.ts";
import { CODES } from "./codes.ts";
import type { CodeEntry } from "./codes/entry.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { positionAt, type SourceFile } from "./source.ts";

/** What was checked, and by what. */
export interface SarifOptions {
  /** Of edgepolicy. */
  readonly version: string;
  /** Folder that relative paths start from, and that absolute ones are shown relative to. */
  readonly folder: string;
}

/** What a code means, and how much it matters unless a result says otherwise. */
export interface SarifRule extends CodeEntry {
  readonly level: SarifResult["severity"];
}

/** A diagnostic, or what is told like one. */
export type SarifResult = Omit<Diagnostic, "severity"> & { readonly severity: Diagnostic["severity"] | "note" };

/** Diagnostics of one load, with the sources that their spans count. */
export interface DiagnosedFiles {
  readonly diagnostics: readonly SarifResult[];
  readonly sources: readonly SourceFile[];
}

/** Where GitHub and others put the root of the repository. */
const ROOT = "%SRCROOT%";

/** The log of one run over any number of policies, as JSON-safe data. */
export function diagnosticsToSarif(checked: readonly DiagnosedFiles[], options: SarifOptions): object {
  const rules = CODES.map(
    (entry): SarifRule => ({ ...entry, level: entry.code.startsWith("EP3") ? "warning" : "error" }),
  );
  return sarifLog(checked, rules, "check", options);
}

/**
 * The log of one run of a command.
 *
 * @param known - Every code that can be raised.
 */
export function sarifLog(
  checked: readonly DiagnosedFiles[],
  known: readonly SarifRule[],
  command: string,
  options: SarifOptions,
): object {
  const raised = new Set(checked.flatMap(({ diagnostics }) => diagnostics.map(({ code }) => code)));
  const rules = known.filter(({ code }) => raised.has(code));
  const paths = [...new Set(checked.flatMap(({ sources }) => sources.map(({ path }) => path)))];
  const artifacts = paths.map((path) => ({ location: locationOf(path, options) }));
  const results = checked.flatMap(({ diagnostics, sources }) =>
    diagnostics.map((diagnostic) => resultOf(diagnostic, new Places(sources, paths, options), rules)),
  );
  const driver = {
    name: "edgepolicy",
    semanticVersion: options.version,
    rules: rules.map(ruleOf),
  };
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: { driver },
        automationDetails: { id: `edgepolicy/${command}/` },
        columnKind: "utf16CodeUnits",
        artifacts,
        results,
      },
    ],
  };
}

function ruleOf({ code, title, explanation, level }: SarifRule): object {
  return {
    id: code,
    shortDescription: { text: title },
    fullDescription: { text: explanation },
    help: { text: explanation, markdown: explanation },
    defaultConfiguration: { level },
  };
}

function resultOf(diagnostic: SarifResult, places: Places, rules: readonly CodeEntry[]): object {
  const { code, severity, message, help, span, notes, fix } = diagnostic;
  const location = places.at(span);
  const related = notes.flatMap((note, index) => {
    const place = places.at(note.span);
    return place === null ? [] : [{ id: index + 1, message: { text: note.message }, ...place }];
  });
  const change = fix === null ? null : places.change(fix.span, fix.text);
  return {
    ruleId: code,
    ruleIndex: rules.findIndex((rule) => rule.code === code),
    level: severity,
    message: { text: help === "" ? message : `${message}\n${help}` },
    locations: location === null ? [] : [location],
    ...(related.length === 0 ? {} : { relatedLocations: related }),
    ...(change === null ? {} : { fixes: [{ description: { text: help }, artifactChanges: [change] }] }),
  };
}

/** Places of one load within the artifacts of the log. */
class Places {
  readonly #sources: readonly SourceFile[];
  readonly #paths: readonly string[];
  readonly #options: SarifOptions;

  constructor(sources: readonly SourceFile[], paths: readonly string[], options: SarifOptions) {
    this.#sources = sources;
    this.#paths = paths;
    this.#options = options;
  }

  at(span: Span): { readonly physicalLocation: object } | null {
    const source = this.#sources[span.file];
    if (source === undefined) return null;
    return { physicalLocation: { artifactLocation: this.#artifact(source), region: regionOf(span, source) } };
  }

  change(span: Span, text: string): object | null {
    const source = this.#sources[span.file];
    if (source === undefined) return null;
    const replacements = [{ deletedRegion: regionOf(span, source), insertedContent: { text } }];
    return { artifactLocation: this.#artifact(source), replacements };
  }

  #artifact({ path }: SourceFile): object {
    return { ...locationOf(path, this.#options), index: this.#paths.indexOf(path) };
  }
}

function regionOf({ start, end }: Span, source: SourceFile): object {
  const [from, to] = [positionAt(source, start), positionAt(source, Math.max(start, end))];
  return { startLine: from.line, startColumn: from.column, endLine: to.line, endColumn: to.column };
}

/** Relative to the root where the file lies below it, else absolute. */
function locationOf(path: string, { folder }: SarifOptions): { readonly uri: string; readonly uriBaseId?: string } {
  const below = isAbsolute(path) ? relative(folder, path) : path;
  if (isAbsolute(below) || below.split(sep)[0] === "..") return { uri: pathToFileURL(path).href };
  const uri = below.split(sep).map(encodeURIComponent).join("/");
  return { uri, uriBaseId: ROOT };
}
