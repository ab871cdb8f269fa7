/**
 * The decision log that `serve` writes. It shows no query, no body and no answer, and of headers those that it was told to log. Where
 * addresses are masked by their network, its first address stands for all of them; a hashed one cannot be read.
 */
import { Addresses } from "./addresses.ts";
import { isObject, lacks, looseText, type Members, parseObject } from "./json-line.ts";
import { type LineReader, type LineReading, loggedRequest } from "./line-reading.ts";
import { Rfc3339Times } from "./log-times.ts";

/** Reads lines of a decision log as the requests that were decided. */
export class DecisionLog implements LineReader {
  readonly #times = new Rfc3339Times();
  readonly #addresses = new Addresses();
  readonly #clients: ReadonlySet<string>;

  /** @param clients - Ids of the policy's inventory; any other is a stranger's. */
  constructor(clients: ReadonlySet<string>) {
    this.#clients = clients;
  }

  read(line: string): LineReading {
    const event = parseObject(line);
    if (typeof event === "string") return event;
    const at = this.#times.read(looseText(event["time"]));
    const ip = this.#addresses.read(looseText(event["ip"]).split("/", 1)[0] ?? "");
    const { path } = event;
    if (at === null) return lacks("time", "a time as RFC 3339 writes it");
    if (ip === null) return lacks("ip", "an address or network (hashed addresses cannot be replayed)");
    if (typeof path !== "string") return lacks("path", "a text");
    const headers = textsOf(event["headers"]);
    const request = loggedRequest(looseText(event["method"]), path, looseText(event["host"]), ip, headers);
    const [client, credential] = [looseText(event["client"]), looseText(event["credential"])];
    if (this.#clients.has(client)) request.client = client;
    if (credential !== "") request.credential = { id: credential, issued: null, expires: null };
    return { request, at, response: null };
  }
}

function textsOf(headers: unknown): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  if (!isObject(headers)) return values;
  for (const name of Object.keys(headers)) {
    const text = headers[name];
    if (typeof text === "string") values[name.toLowerCase()] = text;
  }
  return values;
}

/** Whether a JSON object looks like a line of a decision log. */
export function looksLikeDecision(event: Members): boolean {
  return "verdict" in event && "adapter" in event && "time" in event && "ip" in event;
}
