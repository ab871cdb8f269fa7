/** `/v1/policy`: what runs. */
import { overlayValue } from "../../traffic/index.ts";
import type { Held } from "../containment/overlay-book.ts";
import { memoryOf } from "../services.ts";
import type { AdminParts } from "./parts.ts";

export function describePolicy({ gate, operation, transport, crew }: AdminParts): object {
  const { policy, lists } = gate.view;
  const overlays = overlaysByName(operation.containment.inForce());
  const mode = ({ name, rollout }: { name: string; rollout: { mode: string } }): object => ({
    name,
    mode: rollout.mode,
    ...(overlays.has(name) ? { overlays: overlays.get(name) } : {}),
  });
  return {
    name: policy.name,
    version: policy.version,
    hash: policy.hash,
    default: policy.settings.default,
    rules: policy.rules.map(mode),
    limits: policy.limits.map(mode),
    signals: policy.signals.map(({ name }) => name),
    lists: policy.lists.map(({ name, file, values }) => ({ name, file, entries: lists.get(name) ?? values.length })),
    facts: policy.facts.map(({ name, header }) => ({ name, header })),
    clients: policy.clients.length,
    state: memoryOf(gate.engine),
    transport: `uWebSockets.js ${transport}`,
    workers: crew ? { size: crew.size, up: crew.up, ends: crew.ends } : { size: 1, up: 1, ends: 0 },
  };
}

/** What overlays make of rules and limits, by their names. */
function overlaysByName(inForce: readonly Held[]): ReadonlyMap<string, readonly object[]> {
  const byName = new Map<string, object[]>();
  for (const { overlay } of inForce) {
    if (overlay.kind !== "mode" && overlay.kind !== "factor") continue;
    byName.set(overlay.name, [...(byName.get(overlay.name) ?? []), overlayValue(overlay)]);
  }
  return byName;
}
