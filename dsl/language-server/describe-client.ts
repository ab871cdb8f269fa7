/** What is told of a client: its record in the inventory. */
import type { Client } from "../../engine/index.ts";
import type { Analysis } from "./analysis.ts";
import { rateText } from "../rate-text.ts";

/** The record of a client in Markdown; null where the inventory has none. Secrets and hashes of keys are left out. */
export function describeClient(id: string, { symbols }: Analysis): string | null {
  const client = symbols.clients.get(id)?.client;
  if (client === undefined) return null;
  const rows = rowsOf(client).filter(([, value]) => value !== "");
  return [
    `**${id}**: ${client.purpose || client.kind}`,
    rows.map(([name, value]) => `- ${name}: ${value}`).join("\n"),
  ].join("\n\n");
}

function rowsOf(client: Client): readonly (readonly [string, string])[] {
  const { owner } = client;
  return [
    ["kind", client.kind],
    ["status", client.status],
    ["environment", client.environment],
    ["owner", [owner.team, owner.accountable ?? ""].filter((part) => part !== "").join(", ")],
    ["plan", client.plan],
    ["rate", client.rate === null ? "" : rateText(client.rate)],
    ["operations", client.operations.join(", ")],
    ["scopes", client.scopes.join(", ")],
    ["networks", client.networks.join(", ")],
    ["expires", dateText(client.expires)],
    ["review by", dateText(client.reviewBy)],
    ["credentials", client.credentials.map(({ id, type }) => `${id} (${type})`).join(", ")],
  ];
}

function dateText(micros: number | null): string {
  return micros === null ? "" : new Date(micros / 1000).toISOString().slice(0, 10);
}
