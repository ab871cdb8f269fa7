/** Hosts as they stand in addresses. */

/** A name or an address with a port. What would end it in an address (RFC 3986 §3.2) is not in it, so nothing of a host can be taken for a path. */
const AUTHORITY = /^[^\s/?#@\\]+$/;

/** Whether `scheme://host` and a path behind it can be read in one way alone. */
export function isAuthority(host: string): boolean {
  return AUTHORITY.test(host);
}
