/** How much a page tells. A page that would grow too large tells less of what can be had elsewhere, and says so. */

/** A page is smaller than this; what would make it larger is left out, and the page says so. */
export const MOST_BYTES = 1_000_000;

export interface Detail {
  /** Intervals of a timeline's table. */
  readonly bins: number;
  /** Clients whose story is told, for each population. */
  readonly stories: number;
  /** Rows of a table: rules, coverage, seeds, causes. */
  readonly rows: number;
  /** Populations and attacks of a scenario that are plotted. */
  readonly plots: number;
  /** Scenarios that are told whole; failing ones come first. Of the others only the expectations. */
  readonly scenarios: number;
  /** Scenarios that are told at all. */
  readonly chapters: number;
}

/** From everything to the least. */
export const DETAILS: readonly Detail[] = [
  { bins: 60, stories: 10, rows: 200, plots: 40, scenarios: 1_000, chapters: 1_000 },
  { bins: 20, stories: 10, rows: 100, plots: 20, scenarios: 1_000, chapters: 1_000 },
  { bins: 20, stories: 5, rows: 60, plots: 12, scenarios: 30, chapters: 300 },
  { bins: 12, stories: 3, rows: 40, plots: 8, scenarios: 12, chapters: 150 },
  { bins: 12, stories: 3, rows: 30, plots: 4, scenarios: 4, chapters: 60 },
  { bins: 12, stories: 1, rows: 20, plots: 2, scenarios: 1, chapters: 20 },
  { bins: 12, stories: 1, rows: 5, plots: 1, scenarios: 1, chapters: 3 },
];
