/** A window is cut into 16 sub-windows; an event lives while its own is at most 16 back. */

const SUB_WINDOWS = 16n;

/** Number of the sub-window that a time falls into. */
export function subWindow(time: number, windowMicros: number): bigint {
  return (SUB_WINDOWS * BigInt(time)) / BigInt(windowMicros);
}

/** Whether an event of one sub-window lives in another. */
export function lives(event: bigint, now: bigint): boolean {
  return now - event <= SUB_WINDOWS;
}
