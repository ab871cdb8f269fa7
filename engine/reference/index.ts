/** Door of the reference interpreter. */
export { createReference } from "./reference.ts";
export { type TouchedState, touchedState } from "./touched-state.ts";
