/** Which entry of an identification took how many requests, and who was left over. */
import type { Identification, RequestRecord } from "../../traffic/index.ts";
import { cut } from "./callers.ts";
import type { IdentifiedEntry, IdentifiedRequests, UnidentifiedCallers } from "./replay-result.ts";

/** Most user agents, and addresses, of unidentified callers that are told apart. */
const MOST_NAMES = 50_000;
/** Of these, how many are reported. */
const TOP = 10;

export class Identified {
  readonly #identification: Identification;
  readonly #requests: number[];
  readonly #agents = new Frequent();
  readonly #addresses = new Frequent();
  #named = 0;
  #unidentified = 0;

  constructor(identification: Identification) {
    this.#identification = identification;
    this.#requests = identification.entries.map(() => 0);
  }

  /** Writes its client into a request, and counts it. */
  identify(record: RequestRecord): void {
    if (record.request.client !== null) {
      this.#named++;
      return;
    }
    const entry = this.#identification.identify(record);
    if (entry >= 0) {
      this.#requests[entry]!++;
      return;
    }
    this.#unidentified++;
    const { ip, headers } = record.request;
    this.#agents.add(headers["user-agent"] ?? "");
    this.#addresses.add(ip);
  }

  finish(): IdentifiedRequests {
    const entries = this.#identification.entries.map(({ client, text }, index): IdentifiedEntry => {
      return { client, conditions: text, requests: this.#requests[index] ?? 0 };
    });
    return {
      entries,
      named: this.#named,
      unidentified: this.#unidentified,
      agents: this.#agents.finish(),
      addresses: this.#addresses.finish(),
    };
  }
}

/** Counts texts; those that come once the table is full are not told apart. */
class Frequent {
  readonly #counts = new Map<string, number>();
  #exact = true;

  add(text: string): void {
    const known = this.#counts.get(text);
    if (known === undefined) this.#open(cut(text));
    else this.#counts.set(text, known + 1);
  }

  /** A name as it is kept: long ones are cut, so this one may be there already. */
  #open(name: string): void {
    const known = this.#counts.get(name) ?? 0;
    if (known > 0 || this.#counts.size < MOST_NAMES) this.#counts.set(name, known + 1);
    else this.#exact = false;
  }

  finish(): UnidentifiedCallers {
    const sorted = [...this.#counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
    return { exact: this.#exact, top: sorted.slice(0, TOP).map(([name, requests]) => ({ name, requests })) };
  }
}
