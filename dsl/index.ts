/** The language's public door. */
export { loadBundle, type LoadedBundle, packBundle, RecordedFiles } from "./bundle.ts";
export type * from "./ast.ts";
export type { Invariant } from "./invariant.ts";
export { AMOUNT_TEXTS } from "./language-server/vocabulary/amounts.ts";
export { quoted } from "./format/expressions.ts";
export { type Audit, audit as auditPolicy } from "./audit/audit.ts";
export type { ControlReport, ControlStatus } from "./audit/controls/control.ts";
export { mapControls } from "./audit/controls/mapping.ts";
export { onlyClients } from "./audit/filter.ts";
export type { Finding, FindingEntry, FindingSeverity } from "./audit/finding.ts";
export { FINDINGS } from "./audit/registry.ts";
export { auditToJson, type JsonAudit } from "./audit/render-json.ts";
export { auditToSarif } from "./audit/render-sarif.ts";
export { renderControls } from "./audit/render-controls.ts";
export { renderAudit } from "./audit/render-text.ts";
export { CODES } from "./codes.ts";
export type { CodeEntry } from "./codes/entry.ts";
export type { Diagnostic, Fix, Note, Severity } from "./diagnostic.ts";
export { renderChanges } from "./explanation/change.ts";
export { lineOf, quote } from "./explanation/excerpts.ts";
export { decisionText, renderExplanation } from "./explanation/render.ts";
export { explanationToJson, type JsonCondition, type JsonExplanation, type JsonPlace } from "./explanation/to-json.ts";
export { layOut } from "./explanation/lay-out.ts";
export { CALLERS, CALLER_TRAITS, type CallerName, SHOWABLE, type Showable } from "./callers/caller.ts";
export { type Callers, checkCallers, loadForCallers } from "./callers/check-callers.ts";
export { dependsOnHistory, renderWhyNot } from "./explanation/why-not.ts";
export {
  decodeText,
  firstInvalidByte,
  type FileRead,
  type FileReader,
  MAX_POLICY_BYTES,
  memoryFiles,
  nodeFiles,
  type TextRead,
} from "./files.ts";
export { type FormatResult, format } from "./format.ts";
export { type ListLoad, loadListFile } from "./list-file.ts";
export { apiKeyOf } from "./inventory/api-key-form.ts";
export { PEPPER_LENGTH_MIN } from "./inventory/schema.ts";
export { type ReadClients, rememberClients } from "./inventory/remember.ts";
export { serveLanguage } from "./language-server/serve.ts";
export type { TestOutcome } from "./language-server/server.ts";
export {
  analyzePolicy,
  type LoadOptions,
  type LoadResult,
  loadPolicy,
  loadPolicyText,
  type PolicyAnalysis,
} from "./load.ts";
export { type Mended, type MendResult, mendPolicy } from "./mend.ts";
export { DEFAULT_LIMITS, type ParseLimits, type ParseOptions, type ParseResult, parse } from "./parser.ts";
export { diagnosticsToJson, type JsonDiagnostic, type JsonReport } from "./render-json.ts";
export { type DiagnosedFiles, diagnosticsToSarif, type SarifOptions } from "./render-sarif.ts";
export { type RenderOptions, renderDiagnostics, renderExcerpt } from "./render-text.ts";
export { fillLines, wrapText } from "./text-width.ts";
export { makeSource, type Position, positionAt, type SourceFile } from "./source.ts";
export { ACCOUNT_CREATION } from "./attack-models/account-creation.ts";
export { CREDENTIAL_CRACKING } from "./attack-models/credential-cracking.ts";
export { CREDENTIAL_STUFFING } from "./attack-models/credential-stuffing.ts";
export { CARD_TESTING } from "./attack-models/card-testing.ts";
export { FLOOD } from "./attack-models/flood.ts";
export { ID_ENUMERATION } from "./attack-models/id-enumeration.ts";
export { INVENTORY_HOARDING } from "./attack-models/inventory-hoarding.ts";
export { KEY_LEAK } from "./attack-models/key-leak.ts";
export { LOW_AND_SLOW } from "./attack-models/low-and-slow.ts";
export { SCALPING } from "./attack-models/scalping.ts";
export { SCRAPING } from "./attack-models/scraping.ts";
export { TOKEN_THEFT } from "./attack-models/token-theft.ts";
export { VULNERABILITY_SCAN } from "./attack-models/vulnerability-scan.ts";
export { KEY_SPRAY } from "./attack-models/key-spray.ts";
export { PASSWORD_SPRAY } from "./attack-models/password-spray.ts";
export { type AttackModel, type AttackParameter, type ParameterValues, parametersOf } from "./attack-models/model.ts";
export { ATTACK_MODELS, attackModel } from "./attack-models/registry.ts";
export type * from "./scenario.ts";
export type * from "./test-block.ts";
