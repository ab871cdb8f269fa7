/** Lines collected into pieces of text, so that writing them costs little. */

/** Characters of a piece; the line that reaches it is its last. */
const PIECE = 262_144;

/** Collects lines, and hands them on in pieces. */
export class LinePieces {
  readonly #take: (piece: string) => void;
  #text = "";

  constructor(take: (piece: string) => void) {
    this.#take = take;
  }

  /** @param line - Without its end. */
  add(line: string): void {
    this.#text += `${line}\n`;
    if (this.#text.length >= PIECE) this.flush();
  }

  /** Hands on what is left. */
  flush(): void {
    if (this.#text !== "") this.#take(this.#text);
    this.#text = "";
  }
}
