/** Passes by the origin that gave them, until they end. */

interface KeptPass {
  readonly text: string;
  readonly endsMs: number;
}

/** The server looks at four of a request. */
const PASSES_MAX = 4;
const ORIGINS_MAX = 256;
/** Sent no more when they are about to end, because a request takes time to arrive. */
const MARGIN_MS = 1_000;

export class PassStore {
  readonly #origins = new Map<string, readonly KeptPass[]>();

  /** The value of `Edge-Pass` for a request; empty for none. */
  of(origin: string, nowMs: number): string {
    return this.#live(origin, nowMs)
      .map(({ text }) => text)
      .join(", ");
  }

  /** @param field - As it was answered: `PASS;max-age=SECONDS`. Without an end it is not kept. */
  keep(origin: string, field: string, nowMs: number): void {
    const [, text, seconds] = /^([\w-]+)\s*;\s*max-age=(\d{1,6})$/.exec(field) ?? [];
    if (text === undefined) return;
    const kept = { text, endsMs: nowMs + Number(seconds) * 1_000 };
    const others = this.#live(origin, nowMs).slice(0, PASSES_MAX - 1);
    this.#origins.delete(origin);
    if (this.#origins.size >= ORIGINS_MAX) this.#forgetOldest();
    this.#origins.set(origin, [kept, ...others]);
  }

  #live(origin: string, nowMs: number): readonly KeptPass[] {
    return (this.#origins.get(origin) ?? []).filter(({ endsMs }) => endsMs - MARGIN_MS > nowMs);
  }

  #forgetOldest(): void {
    for (const origin of this.#origins.keys()) {
      this.#origins.delete(origin);
      return;
    }
  }
}
