/** Door of the reference interpreter. */
export { createReference } from "./reference.ts";
