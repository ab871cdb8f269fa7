/** Decisions of a run as lines of JSON, collected into pieces of text. */
import { decisionLine } from "../traffic/index.ts";
import { START_MICROS } from "./clock.ts";
import { LinePieces } from "./line-pieces.ts";
import type { DecisionEvent } from "./run.ts";

/** Collects lines, and hands them on in pieces. */
export class DecisionLines {
  readonly #scenario: string;
  readonly #pieces: LinePieces;

  constructor(scenario: string, take: (piece: string) => void) {
    this.#scenario = scenario;
    this.#pieces = new LinePieces(take);
  }

  add(event: DecisionEvent): void {
    this.#pieces.add(eventLine(this.#scenario, event));
  }

  /** Hands on what is left. */
  flush(): void {
    this.#pieces.flush();
  }
}

/** A decision with what was decided: `at` in milliseconds from the start, `origin` the population or attack. */
function eventLine(scenario: string, { seed, number, origin, atMicros, request, record }: DecisionEvent): string {
  const { method, path, ip, client } = request;
  const at = (atMicros - START_MICROS) / 1_000;
  const head = JSON.stringify({ scenario, seed, at, origin, method, path, ip, client });
  return decisionLine(number, record.toDecision(), `${head.slice(1, -1)},`);
}
