/** The address that a DPoP proof names (`htu`, RFC 9449 §4.3), in the one spelling in which equal addresses are equal (RFC 3986 §6.2.2, §6.2.3). */

/** Characters of RFC 3986, and where the host begins; what is written otherwise is read in several ways. */
const URI_TEXT = /^https?:\/\/(?:[A-Za-z0-9\-._~:/?#[\]@!$&'()*+,;=]|%[0-9A-Fa-f]{2})+$/i;
const LENGTH_MAX = 8_192;

/** @returns The address without query and fragment; null where it is no `http:` or `https:` address. */
export function normaliseHtu(text: string): string | null {
  if (text.length > LENGTH_MAX || !URI_TEXT.test(text) || !URL.canParse(text)) return null;
  const { origin, pathname, username, password } = new URL(text);
  if (username !== "" || password !== "") return null;
  return origin + normaliseEscapes(pathname);
}

/** The address of a request. `target` is its path and query as received. */
export function addressOf(origin: string, target: string): string | null {
  const query = target.indexOf("?");
  return normaliseHtu(origin + (query < 0 ? target : target.slice(0, query)));
}

/** Unreserved characters stand for themselves, and hexadecimal digits are upper case. */
function normaliseEscapes(path: string): string {
  if (!path.includes("%")) return path;
  return path.replace(/%([0-9a-f]{2})/gi, (escape, digits: string) => {
    const character = String.fromCharCode(Number.parseInt(digits, 16));
    return /[A-Za-z0-9\-._~]/.test(character) ? character : escape.toUpperCase();
  });
}
