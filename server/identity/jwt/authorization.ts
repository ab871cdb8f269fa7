/** Where a request carries its access token: one `Authorization` header (RFC 6750 §2.1, RFC 9449 §7.1), and nowhere else. */

/** How a token is presented. */
export type Scheme = "bearer" | "dpop";

/** The scheme of an `Authorization` header; null for one that carries no access token. */
export function schemeOf(header: string): Scheme | null {
  const end = header.indexOf(" ");
  const name = end < 0 ? header : header.slice(0, end);
  if (name.length === 6 && name.toLowerCase() === "bearer") return "bearer";
  return name.length === 4 && name.toLowerCase() === "dpop" ? "dpop" : null;
}

/** What follows the scheme. */
export function tokenOf(header: string): string {
  const end = header.indexOf(" ");
  if (end < 0) return "";
  let start = end;
  while (header[start] === " ") start++;
  return header.slice(start);
}

/** Whether a request's target carries a token in its query (RFC 6750 §2.3, which RFC 9700 §4.3.2 forbids). */
export function hasTokenInQuery(target: string): boolean {
  const query = target.indexOf("?");
  if (query < 0) return false;
  for (const parameter of target.slice(query + 1).split("&")) {
    const end = parameter.indexOf("=");
    if (isTokenName(end < 0 ? parameter : parameter.slice(0, end))) return true;
  }
  return false;
}

function isTokenName(name: string): boolean {
  if (!name.includes("%")) return name === "access_token";
  try {
    return decodeURIComponent(name) === "access_token";
  } catch {
    return false;
  }
}
