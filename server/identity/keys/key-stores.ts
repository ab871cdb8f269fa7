/** The keys that are fetched, by address. They outlive a reload of the policy: one that names an address again goes on with its keys. */
import type { Metrics, Series } from "../../metrics.ts";
import { fetchKeys } from "./fetch-keys.ts";
import { RemoteKeys, type RemoteKeysParts } from "./remote-keys.ts";

export class KeyStores {
  readonly #parts: RemoteKeysParts;
  readonly #stores = new Map<string, RemoteKeys>();
  /** Told that an address has other keys than before, with the bytes of their set. Set once, at the start. */
  onChange: RemoteKeysParts["changed"] = () => {};

  constructor(parts: Pick<RemoteKeysParts, "now" | "report"> & Partial<RemoteKeysParts>) {
    this.#parts = { fetch: fetchKeys, kept: null, changed: (url, bytes) => this.onChange(url, bytes), ...parts };
  }

  /** The keys of an address, which are fetched from now on. */
  of(url: string): RemoteKeys {
    const known = this.#stores.get(url);
    if (known !== undefined) return known;
    const store = new RemoteKeys(url, this.#parts);
    this.#stores.set(url, store);
    return store;
  }

  /** Takes over what another thread has fetched from an address; of one that is not named any more, nothing. */
  adopt(url: string, bytes: Uint8Array): void {
    this.#stores.get(url)?.adopt(bytes);
  }

  /** Forgets all addresses but these, whose keys are fetched anew: a reload is how an operator says that keys have changed. */
  keepOnly(urls: ReadonlySet<string>): void {
    for (const [url, store] of this.#stores) {
      if (urls.has(url)) {
        void store.renew();
        continue;
      }
      store.close();
      this.#stores.delete(url);
    }
  }

  /** Stores by what they are called in the metrics: addresses that differ in their query alone are numbered, because it is not shown. */
  #labelled(): readonly (readonly [label: string, store: RemoteKeys])[] {
    const times = new Map<string, number>();
    return [...this.#stores.values()].map((store) => {
      const nth = (times.get(store.origin) ?? 0) + 1;
      times.set(store.origin, nth);
      return [nth === 1 ? store.origin : `${store.origin} (${nth})`, store] as const;
    });
  }

  close(): void {
    for (const store of this.#stores.values()) store.close();
    this.#stores.clear();
  }

  addMetrics(metrics: Metrics): void {
    const add = (name: string, type: Series["type"], help: string, read: (store: RemoteKeys) => number): void =>
      metrics.addSeries({
        // What is in force is not added up over threads; what was done is.
        ...(type === "gauge" ? { whole: true } : {}),
        name,
        type,
        help,
        read: () => this.#labelled().map(([source, store]) => [{ source }, read(store)]),
      });
    add("issuer_keys", "gauge", "Keys of token issuers in force.", ({ set }) => set?.keys.length ?? 0);
    add("issuer_keys_age_seconds", "gauge", "Age of the keys of a token issuer; NaN if none were fetched.", (store) =>
      seconds(store.ageMs),
    );
    add("issuer_keys_fetches_total", "counter", "Times that keys were asked for.", ({ fetches }) => fetches);
    add(
      "issuer_keys_fetch_failures_total",
      "counter",
      "Times that keys could not be fetched.",
      ({ failures }) => failures,
    );
  }
}

function seconds(ms: number): number {
  return ms === Number.POSITIVE_INFINITY ? Number.NaN : Math.round(ms) / 1_000;
}
