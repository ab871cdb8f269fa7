/** A limit's table: what of it is dropped for want of memory stays in a sketch, which takes a small share of the table's budget. */
import { type Arena, PAGE_BYTES } from "./arena.ts";
import { sketchPagesOf } from "./budget.ts";
import type { DropSketch } from "./drop-sketch.ts";
import { HashTable } from "./table.ts";
import { SKETCHED } from "./table-head.ts";

export abstract class SketchedTable<Sketch extends DropSketch> extends HashTable {
  /** Null for requests at once: what is over soonest is dropped of those, and nothing of it is kept. */
  protected readonly sketch: Sketch | null;

  constructor(stride: number, arena: Arena, head: number, sketch: Sketch | null) {
    super(stride, arena, head);
    this.sketch = sketch;
  }

  override get bytes(): number {
    return super.bytes + (this.sketch === null ? 0 : this.sketch.bytes);
  }

  override get sketched(): number {
    return this.doubles[this.head / 2 + SKETCHED]!;
  }

  override setBudget(budget: number): void {
    this.setEntriesBudget(budget - this.shareOfSketch(budget));
  }

  /** Gives the sketch its share of a budget; returns it in bytes. */
  private shareOfSketch(budget: number): number {
    if (this.sketch === null) return 0;
    const pages = sketchPagesOf(Math.floor(budget / PAGE_BYTES));
    this.sketch.setBudget(pages);
    return pages * PAGE_BYTES;
  }

  /** Changes how many bytes all but the sketch may take. */
  protected setEntriesBudget(budget: number): void {
    super.setBudget(budget);
  }

  override get isTooLarge(): boolean {
    return super.isTooLarge || (this.sketch !== null && this.sketch.isTooLarge);
  }

  override shrink(now: number): void {
    if (this.sketch !== null && this.sketch.isTooLarge) this.sketch.shrink();
    else super.shrink(now);
  }

  /** Whether there is anything in the sketch. */
  protected get hasSketched(): boolean {
    return this.sketch !== null && this.dropped > 0;
  }

  /** Counts a decision that rests on the sketch. */
  protected countSketched(): void {
    this.arena.touch(this.head + 2 * SKETCHED, 2);
    this.doubles[this.head / 2 + SKETCHED] = this.sketched + 1;
  }
}
