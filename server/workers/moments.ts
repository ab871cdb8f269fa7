/** Waits for something to hold that changes at moments which others tell of. */

export class Moments {
  readonly #watchers = new Set<() => void>();

  /** Something may have changed. */
  tell(): void {
    for (const watch of this.#watchers) watch();
  }

  /**
   * Resolves to whether something came to hold in time.
   *
   * @param ms - At most so long; may be infinite.
   */
  until(holds: () => boolean, ms: number): Promise<boolean> {
    if (holds()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const end = (held: boolean): void => {
        clearTimeout(timer);
        this.#watchers.delete(look);
        resolve(held);
      };
      const look = (): void => {
        if (holds()) end(true);
      };
      const timer = Number.isFinite(ms) ? setTimeout(end, ms, false) : undefined;
      this.#watchers.add(look);
    });
  }
}
