/** An audit as JSON for programs. */
import { type JsonNote, notesToJson } from "../render-json.ts";
import { positionAt, type SourceFile } from "../source.ts";
import type { Audit } from "./audit.ts";
import type { Finding, FindingSeverity } from "./finding.ts";
import { type CallerGroup, callerGroups, unusedRoutes } from "./groups.ts";
import type { Access, Applies } from "./matrix/cell.ts";

/** One finding. Lines and columns count from 1. */
export interface JsonFinding {
  readonly id: string;
  readonly severity: FindingSeverity;
  readonly title: string;
  readonly message: string;
  readonly client: string | null;
  readonly owner: string | null;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly help: string;
  /** Other places that it speaks of; left out where there are none. */
  readonly notes?: readonly JsonNote[];
}

/** What applies to a group of callers on a group of routes. */
export interface JsonCell {
  /** Null for paths that no route has. */
  readonly routes: readonly (string | null)[];
  readonly granted: "yes" | "no" | "may";
  readonly access: Access;
  readonly refusedBy: string;
  readonly passesWith: readonly string[];
  readonly rules: readonly JsonApplied[];
  readonly limits: readonly (JsonApplied & { readonly amount: string })[];
}

/** A rule or limit that can apply. */
export interface JsonApplied {
  readonly name: string;
  readonly does: string;
  readonly applies: Applies;
  readonly shadow: boolean;
  readonly exempt: Applies | null;
}

/** Callers that meet the same. */
export interface JsonCallers {
  /** Null for callers without a credential. */
  readonly clients: readonly string[] | null;
  readonly barred: string;
  readonly evidence: readonly string[];
  readonly cells: readonly JsonCell[];
}

/** What `audit --format json` prints, but for the controls. */
export interface JsonAudit {
  readonly policy: { readonly name: string; readonly version: string } | null;
  /** RFC 3339. */
  readonly now: string;
  readonly findings: readonly JsonFinding[];
  /** By id, also those that are not listed. */
  readonly counts: Readonly<Record<string, number>>;
  /** At most 500 groups of callers, the most exposed first; null where the policy has errors. */
  readonly matrix: {
    readonly callers: readonly JsonCallers[];
    readonly groupsNotListed: number;
    readonly clientsNotLookedAt: number;
  } | null;
  readonly unusedRoutes: readonly string[];
}

const MAX_GROUPS = 500;

/** @param sources - By the file number of spans. */
export function auditToJson(audit: Audit, sources: readonly SourceFile[]): JsonAudit {
  const { policy, matrix, findings, counts, nowMicros } = audit;
  const { shown, hidden } = callerGroups(audit, MAX_GROUPS);
  return {
    policy: policy === null ? null : { name: policy.name, version: policy.version },
    now: new Date(nowMicros / 1_000).toISOString(),
    findings: findings.map((finding) => findingToJson(finding, sources)),
    counts: Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1))),
    matrix:
      matrix === null
        ? null
        : {
            callers: shown.map((group) => callersToJson(group, audit)),
            groupsNotListed: hidden,
            clientsNotLookedAt: matrix.leftOut,
          },
    unusedRoutes: unusedRoutes(audit),
  };
}

function findingToJson({ span, notes, ...finding }: Finding, sources: readonly SourceFile[]): JsonFinding {
  const source = sources[span.file];
  const { line, column } = source === undefined ? { line: 1, column: 1 } : positionAt(source, span.start);
  const { id, severity, title, message, client, owner, help } = finding;
  const told = { id, severity, title, message, client, owner, file: source?.path ?? "", line, column, help };
  return notes.length === 0 ? told : { ...told, notes: notesToJson(notes, sources) };
}

function callersToJson({ clients, barred, evidence, routes }: CallerGroup, { policy }: Audit): JsonCallers {
  const cells = routes.map(({ routes: indices, cell }): JsonCell => {
    const { granted, access, refusedBy, passesWith } = cell;
    return {
      routes: indices.map((index) => policy?.routes[index]?.name ?? null),
      granted,
      access,
      refusedBy,
      passesWith,
      rules: cell.rules.map(({ rule, applies, shadow, exempt }) => {
        const { name = "", action } = policy?.rules[rule] ?? {};
        return { name, does: action?.kind ?? "", applies, shadow, exempt };
      }),
      limits: cell.limits.map(({ limit, applies, shadow, exempt, amount }) => {
        const { name = "", otherwise } = policy?.limits[limit] ?? {};
        return { name, does: otherwise?.kind ?? "", applies, shadow, exempt, amount };
      }),
    };
  });
  return { clients, barred, evidence, cells };
}
