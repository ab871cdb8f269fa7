/** Texts that are nearly right. */
import fc from "fast-check";

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
