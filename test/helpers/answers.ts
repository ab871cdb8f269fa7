/** Answers to challenges, as a program without our library gives them. */
import { hash } from "node:crypto";

/** What `WWW-Authenticate` says of a challenge. */
export interface PosedText {
  readonly kind: string;
  readonly token: string;
  readonly bits: number;
  /** Why the answer that the request came with was not taken; empty if it came with none. */
  readonly refused: string;
}

export function posedIn(field: string | null | undefined): PosedText {
  const read = (name: string): string => new RegExp(`\\b${name}="?([\\w-]+)`).exec(field ?? "")?.[1] ?? "";
  return { kind: read("challenge"), token: read("token"), bits: Number(read("bits")), refused: read("refused") };
}

/** The value of `Edge-Answer`. */
export function answerTo({ kind, token, bits }: PosedText): string {
  if (kind === "nonce") return token;
  for (let counter = 0; ; counter++) {
    const text = `${token}.${counter}`;
    if (zerosOf(text) >= bits) return text;
  }
}

/** A text of the right form whose hash does not do. */
export function wrongAnswerTo({ token, bits }: PosedText): string {
  for (let counter = 0; ; counter++) {
    const text = `${token}.${counter}`;
    if (zerosOf(text) < bits) return text;
  }
}

/** Zero bits that the SHA-256 of a text begins with. */
export function zerosOf(text: string): number {
  const bits = [...hash("sha256", text, "buffer")].map((byte) => byte.toString(2).padStart(8, "0")).join("");
  return bits.indexOf("1") < 0 ? 256 : bits.indexOf("1");
}
