/** An audit narrowed to some clients, for whoever asks about those alone. */
import type { Audit } from "./audit.ts";

/** Keeps the findings and rows of the clients with these ids, and nothing about the policy itself. */
export function onlyClients(audit: Audit, ids: ReadonlySet<string>): Audit {
  const findings = audit.findings.filter(({ client }) => client !== null && ids.has(client));
  const counts = new Map<string, number>();
  for (const { id } of findings) counts.set(id, (counts.get(id) ?? 0) + 1);
  const clients = audit.inventory.clients.filter(({ client }) => ids.has(client.id));
  const { matrix } = audit;
  const rows = matrix === null ? [] : matrix.rows.filter(({ one }) => one !== null && ids.has(one.client.id));
  return {
    ...audit,
    inventory: { ...audit.inventory, clients },
    findings,
    counts,
    matrix: matrix === null ? null : { ...matrix, rows },
  };
}
