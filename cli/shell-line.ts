/** Command lines as a POSIX shell takes them. */

/** The words in one line, quoted where a shell would read more into them. */
export function shellLine(words: readonly string[]): string {
  return words.map((word) => (/^[\w./:=@%+,-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`)).join(" ");
}
