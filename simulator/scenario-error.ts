/** A scenario that cannot be run as it stands. */

/** Says what in a scenario cannot be run, and how to put it right. */
export class ScenarioError extends Error {
  override readonly name: string = "ScenarioError";
}
