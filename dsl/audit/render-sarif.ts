/** The findings of an audit as a SARIF log for code scanning. */
import { type SarifOptions, type SarifResult, type SarifRule, sarifLog } from "../render-sarif.ts";
import type { SourceFile } from "../source.ts";
import type { Audit } from "./audit.ts";
import type { Finding, FindingEntry, FindingSeverity } from "./finding.ts";
import { FINDINGS } from "./registry.ts";

const LEVELS: Readonly<Record<FindingSeverity, SarifResult["severity"]>> = {
  error: "error",
  warning: "warning",
  info: "note",
};

/** The log of one audit, as JSON-safe data. */
export function auditToSarif({ findings }: Audit, sources: readonly SourceFile[], options: SarifOptions): object {
  return sarifLog([{ diagnostics: findings.map(resultOf), sources }], FINDINGS.map(ruleOf), "audit", options);
}

function ruleOf({ id, title, condition, explanation, severities }: FindingEntry): SarifRule {
  const level = LEVELS[severities[0] ?? "error"];
  return { code: id, title, explanation: `${explanation} Raised where: ${condition}`, level };
}

function resultOf({ id, severity, message, help, span, notes }: Finding): SarifResult {
  return { code: id, severity: LEVELS[severity], message, help, span, notes, fix: null };
}
