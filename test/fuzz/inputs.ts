/** What fuzz targets are, and inputs that several of them take. */
import fc from "fast-check";

/** One stage with the inputs that it is given. */
export interface FuzzTarget {
  readonly name: string;
  readonly inputs: fc.Arbitrary<string>;
  /** @throws Where a promise of the stage is broken. */
  readonly run: (text: string) => void;
}

/** Bytes read as the file reader would hand them on, text or not. */
const anyBytes = fc.uint8Array({ maxLength: 400 }).map((bytes) => new TextDecoder().decode(bytes));
export const anyText: fc.Arbitrary<string> = fc.oneof(
  anyBytes,
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ maxLength: 300 }),
);
/** @throws Where `holds` is false. */
export function require(holds: boolean, promise: string): void {
  if (!holds) throw new Error(`broken promise: ${promise}`);
}

/** Whether a message shows a value that was not there, other than in the words of the input itself. */
export function hasHole(message: string, input: string): boolean {
  return ["undefined", "NaN", "[object"].some((hole) => message.includes(hole) && !input.includes(hole));
}

/** A text with a few pieces cut out, doubled or replaced. */
export function mutated(text: string): fc.Arbitrary<string> {
  const edit = fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), fc.nat({ max: 12 }), fc.string({ maxLength: 4 }));
  return fc.array(edit, { minLength: 1, maxLength: 5 }).map((edits) =>
    edits.reduce((whole, [at, cut, insert]) => {
      const place = Math.floor(at * whole.length);
      return whole.slice(0, place) + insert + whole.slice(place + cut);
    }, text),
  );
}
