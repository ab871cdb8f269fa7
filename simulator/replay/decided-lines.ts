/** Decisions of a replay as lines of JSON, each with the line of the log that it is about. */
import { decisionLine } from "../../traffic/index.ts";
import { LinePieces } from "../line-pieces.ts";
import type { Decided } from "./replay-tally.ts";

/** Collects lines in the order of time, and hands them on in pieces. */
export class DecidedLines {
  readonly #names: readonly string[];
  readonly #pieces: LinePieces;
  #count = 0;

  /** @param names - Of the logs. */
  constructor(names: readonly string[], take: (piece: string) => void) {
    this.#names = names;
    this.#pieces = new LinePieces(take);
  }

  /** Adds the line of one decision. */
  add({ log, line, at, record, decision }: Decided): void {
    const { method, path, ip, client } = record.request;
    const head = {
      ...(this.#names.length > 1 ? { log: this.#names[log] ?? "" } : {}),
      line,
      at: new Date(Math.floor(at / 1_000)).toISOString(),
      ...{ method, path, ip, client },
      answered: record.response?.outcome.status ?? null,
    };
    this.#pieces.add(decisionLine(++this.#count, decision, `${JSON.stringify(head).slice(1, -1)},`));
  }

  /** Hands on what is left. */
  flush(): void {
    this.#pieces.flush();
  }
}
