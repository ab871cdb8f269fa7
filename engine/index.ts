/** The engine's public door. */
export type * from "./policy.ts";
