/** What a policy's main file may be that is no text: a bundle that is none, or was damaged on its way. */

/** Why it cannot be read, and what to do. */
export interface NotText {
  readonly message: string;
  readonly help: string;
}

const ENDING = /\.epb$/i;
/** `EPB` after the byte that tells a bundle from text, or after what programs that copy it as text make of that. */
const BEGINNINGS = [[0x89], [0xc2, 0x89], [0xe2, 0x80, 0xb0], [0xef, 0xbf, 0xbd]].map((first) => [
  ...first,
  0x45,
  0x50,
  0x42,
]);

/** @returns Null where neither the file's name nor its first bytes say that it should be a bundle. */
export function notBundle(path: string, bytes: Uint8Array): NotText | null {
  if (BEGINNINGS.some((beginning) => beginning.every((byte, at) => bytes[at] === byte))) {
    return {
      message: "begins almost like a bundle of `edgepolicy compile`: it was damaged, perhaps copied as text",
      help: "copy it again byte for byte, or compile the policy again",
    };
  }
  if (!ENDING.test(path)) return null;
  return {
    message: "is no bundle of `edgepolicy compile`, and no text",
    help: "make one by `edgepolicy compile FILE -o OUT.epb`, or name the policy",
  };
}
