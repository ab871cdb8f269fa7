/** The virtual clock: integer microseconds from a fixed start. Nothing in a simulation reads the machine's clock. */

/**
 * Every scenario starts at 2026-01-01T00:00:00Z, the time at which `test` blocks start too, in microseconds since the Unix
 * epoch. It is a multiple of a day, so a period that divides a day has its firings at the start.
 */
export const START_MICROS = 1_767_225_600_000_000;

/** Microseconds in a second. */
export const SECOND = 1_000_000;
/** Microseconds in a minute. */
export const MINUTE: number = 60 * SECOND;
