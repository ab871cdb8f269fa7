/** Globs in which `*` is any run of characters and everything else is itself. */

/** The pieces between the stars. */
export function compileGlob(glob: string): readonly string[] {
  return glob.split("*");
}

/**
 * Whether all of `text` fits. Each piece between two stars is taken at its first place: an earlier one never fits less.
 *
 * @param pieces - From {@link compileGlob}.
 */
export function fitsGlob(pieces: readonly string[], text: string): boolean {
  const first = pieces[0]!;
  if (pieces.length === 1) return text === first;
  const last = pieces[pieces.length - 1]!;
  if (text.length < first.length + last.length || !text.startsWith(first) || !text.endsWith(last)) return false;
  const end = text.length - last.length;
  let at = first.length;
  for (let index = 1; index < pieces.length - 1; index++) {
    const piece = pieces[index]!;
    const found = text.indexOf(piece, at);
    if (found < 0 || found + piece.length > end) return false;
    at = found + piece.length;
  }
  return true;
}
