/** Signed requests are accepted once. */
import type { ReplayStore } from "../replay/replay-store.ts";

/**
 * Remembers what a client signed, until `endMicros` at least.
 *
 * @param mark - What makes the signature one of a kind, such as its nonce or its bytes as they were computed here; what its sender
 *   could write in several ways is none.
 * @returns Why it is refused, or null.
 */
export function refuseReplay(
  signatures: ReplayStore,
  client: string,
  mark: string,
  endMicros: number,
  nowMicros: number,
): "replayed" | "replay_unavailable" | null {
  const use = signatures.use(client, mark, endMicros / 1_000, nowMicros / 1_000);
  if (use === "first") return null;
  return use === "full" ? "replay_unavailable" : "replayed";
}
