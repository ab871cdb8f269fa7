/** A bar for a scenario whose seeds are run one after the other, or side by side. */
import type { Scenario } from "../../dsl/index.ts";
import type { CliIo } from "../io.ts";
import { Progress } from "../progress.ts";

export class SeedProgress {
  private readonly progress: Progress;
  private readonly reached = new Map<number, number>();
  private sum = 0;

  constructor({ name, runMicros }: Scenario, seeds: number, io: CliIo) {
    this.progress = new Progress(name, seeds * runMicros, io);
  }

  /** @param atMicros - How far that seed has come. */
  show(seed: number, atMicros: number): void {
    this.sum += atMicros - (this.reached.get(seed) ?? 0);
    this.reached.set(seed, atMicros);
    this.progress.look(this.sum);
  }

  clear(): void {
    this.progress.clear();
  }
}
