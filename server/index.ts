/** The enforcement point: an HTTP server that asks the engine and acts on what it says. */
export { Challenges } from "./challenge/challenges.ts";
export { HashSearch } from "./challenge/client/hash-search.ts";
export { type ChallengeOptions, readChallengeOptions } from "./challenge/options.ts";
export { type ChallengePlan, planChallenges } from "./challenge/plan.ts";
export type { LogOptions, LogSink, ServerOptions } from "./config.ts";
export type { TokenOptions } from "./identity/token-options.ts";
export type { ClientCertificateOptions } from "./identity/client-certificate/options.ts";
export type { SignedRequestOptions } from "./identity/signed-request-options.ts";
export { loadUws } from "./load-uws.ts";
export type { ListReload, LoadPolicy, ReloadResult } from "./policy-loader.ts";
export type { ServerErrorCode } from "./server-error.ts";
export { ServerError } from "./server-error.ts";
export type { RunningServer, ServerParts } from "./start.ts";
export { startServer } from "./start.ts";
export type { StreamOptions } from "./stream/options.ts";
export type { ListenAddress } from "./transport.ts";
export { MOST_WORKERS } from "./workers/options.ts";
