/** How a client of the inventory shows who it is in a simulation: by its newest API key. */
import type { Client, Credential, Request } from "../engine/index.ts";

/** Makes `request` one in which the client has proven itself. */
export function presentKey(request: Request, client: Client): void {
  const key = newestKey(client);
  request.client = client.id;
  request.evidence = "static_secret";
  request.credential = key && { id: key.id, issued: key.issued, expires: key.expires };
}

function newestKey(client: Client): Credential | null {
  const keys = client.credentials.filter((credential) => credential.type === "api_key");
  const lasting = (key: Credential): number => key.expires ?? Number.POSITIVE_INFINITY;
  return keys.reduce<Credential | null>((best, key) => (best && lasting(best) >= lasting(key) ? best : key), null);
}
