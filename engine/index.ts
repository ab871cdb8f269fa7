/** The engine's public door. */
export type * from "./contract.ts";
export type * from "./decision.ts";
export type * from "./explain/explanation.ts";
export type * from "./overlay.ts";
export type * from "./policy.ts";
export {
  type BundleContent,
  type BundleRead,
  decodeBundle,
  type Digest,
  encodeBundle,
  isBundle,
  MAX_BUNDLE_BYTES,
} from "./bundle/bundle.ts";
export { createEngine, type Restored, restoreEngine, shareEngine } from "./engine.ts";
export type { Snapshot } from "./snapshot/snapshot.ts";
export type { BanEntry } from "./state/bans.ts";
export {
  createSharedState,
  recoverWorker,
  type SharedState,
  type SharedStateOptions,
  StateHeldError,
  stateHolder,
} from "./state/shared/shared-state.ts";
export {
  type ClientShortage,
  clientShortages,
  type DeclarationCost,
  describeCost,
  type PolicyCost,
  type StateCost,
} from "./cost/describe-cost.ts";
export type { Work } from "./cost/work.ts";
export { describeState, type StateDescription } from "./describe-state.ts";
export {
  type Change,
  type ChangeGoal,
  type ChangeSearch,
  MOST_TRIALS,
  smallestChange,
} from "./explain/change/smallest-change.ts";
export { claimOf, memberAt, withHeader, withMemberAt, withPath } from "./explain/change/edits.ts";
export { placeOf as attributePlace } from "./explain/change/places.ts";
export { type Read, readsIn } from "./explain/change/reads.ts";
export type { AttributeValue } from "./explain/change/values.ts";
export { createExplainer } from "./explain/explainer.ts";
export { formatAddress, parseAddress, parseNetwork } from "./reference/address.ts";
export { clientAttribute } from "./reference/attributes.ts";
export { holdsForClient } from "./reference/client-condition.ts";
export { type Facts, readFacts } from "./reference/facts.ts";
export { partsOf } from "./reference/parts.ts";
export { createReference, type TouchedState, touchedState } from "./reference/index.ts";
export { LEAST_FACTOR, MAX_OVERLAYS, MOST_FACTOR } from "./overlay.ts";
export {
  CHALLENGES,
  EVIDENCE,
  HMAC_SCHEMES,
  LARGEST,
  MAX_INTERVAL_EVENTS,
  BARE_THROTTLE_MICROS,
  LEASE_MICROS,
  MAX_LOG,
  METHODS,
  POLICY_FORMAT,
  VERDICTS,
} from "./policy.ts";
export { IDENTITY_ERRORS } from "./identity-errors.ts";
export type { IdentityError, Outcome, Request, RequestCredential } from "./request.ts";
export { makeOutcome, makeRequest } from "./request.ts";
export { staysLinear } from "./regex/backtracking.ts";
export { compileGlob, fitsGlob } from "./regex/glob.ts";
export { patternTest } from "./regex/matcher.ts";
export { type CanonicalPath, canonicalPath, escapeBeyondAscii } from "./facts/canonical-path.ts";
export {
  canonicalIp,
  canonicalNetwork,
  hasHostBits,
  networkBounds,
  networkContains,
  networkOf,
  Networks,
} from "./facts/networks.ts";
