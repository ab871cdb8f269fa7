/** The enforcement point: an HTTP server that asks the engine and acts on what it says. */
export { Challenges } from "./challenge/challenges.ts";
export { HashSearch } from "./challenge/client/hash-search.ts";
export { type ChallengeOptions, readChallengeOptions } from "./challenge/options.ts";
export { type ChallengePlan, planChallenges } from "./challenge/plan.ts";
export { Proofs } from "./identity/dpop/proof.ts";
export type { TokenOptions } from "./identity/token-options.ts";
export type { ClientCertificateOptions } from "./identity/client-certificate/options.ts";
export type { SignedRequestOptions } from "./identity/signed-request-options.ts";
export type { AdminOptions, AdminRole, AdminToken } from "./admin/options.ts";
export type { AuditEntry, SignedCheckpoint } from "./audit-log/entry.ts";
export { keyBeside, readAuditLog, readPublicKey } from "./audit-log/read-log.ts";
export {
  anchorsOf,
  type Broken,
  isBroken,
  type Verified,
  verifyAudit,
  type VerifyOptions,
} from "./audit-log/verify.ts";
export type { AuditOptions } from "./audit-log/options.ts";
export { checkOptions, type ServerOptions } from "./config.ts";
export type { LogOptions, LogSink, MaskOptions, RotateOptions } from "./decision-log/options.ts";
export { configJsonSchema } from "./config-file/json-schema.ts";
export { mergeOptions } from "./config-file/merge.ts";
export { printOptions } from "./config-file/print.ts";
export { type FileOptions, readConfigFile } from "./config-file/read.ts";
export { secretOf } from "./config-file/secrets.ts";
export type { BanGuardOptions } from "./containment/options.ts";
export { loadUws } from "./load-uws.ts";
export { readPeppers } from "./identity/peppers.ts";
export { ReplayStore } from "./replay/replay-store.ts";
export type { ListReload, LoadPolicy, ReloadResult } from "./policy-loader.ts";
export type { ServerErrorCode } from "./server-error.ts";
export { ServerError } from "./server-error.ts";
export { type Report, type ReportEvent, type ReportFormat, type ReportLevel, reportTo } from "./report.ts";
export type { RunningServer, ServerParts } from "./start.ts";
export { startServer } from "./start.ts";
export type { StreamOptions } from "./stream/options.ts";
export { addressText, type ListenAddress } from "./transport.ts";
export { MOST_WORKERS } from "./workers/options.ts";
