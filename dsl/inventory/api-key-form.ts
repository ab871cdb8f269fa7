/**
 * The form of the API keys that are made here: `ep_`, 43 digits in base62 of 256 random bits, and 6 that are the CRC-32 of all before
 * them. So whoever looks for leaked keys knows one from a text that looks like it, without asking a server. It protects nothing else.
 */
import { crc32 } from "node:zlib";

const PREFIX = "ep_";
const DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
/** Digits that 256 bits take, and 32. */
const SECRET_DIGITS = 43;
const CHECK_DIGITS = 6;

/** Where in a text such a key may stand; {@link isApiKey} tells whether one does. */
export const API_KEY_FORM: RegExp = /(?<![A-Za-z0-9_-])ep_[0-9A-Za-z]{49}(?![A-Za-z0-9_-])/g;

/** @param secret - 32 random bytes. */
export function apiKeyOf(secret: Uint8Array): string {
  return checked(PREFIX + inBase62(BigInt(`0x${Buffer.from(secret).toString("hex")}`), SECRET_DIGITS));
}

/** @param text - Of the form. */
export function isApiKey(text: string): boolean {
  return checked(text.slice(0, -CHECK_DIGITS)) === text;
}

function checked(text: string): string {
  return text + inBase62(BigInt(crc32(text)), CHECK_DIGITS);
}

function inBase62(value: bigint, digits: number): string {
  let text = "";
  for (let rest = value; text.length < digits; rest /= 62n) text = (DIGITS[Number(rest % 62n)] ?? "") + text;
  return text;
}
