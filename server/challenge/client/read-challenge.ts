/** Reads a challenge from the problem's JSON or from `WWW-Authenticate`, which say the same. */

/** A challenge as it was posed. */
export interface Challenge {
  /** What is asked for: `pow` and `nonce` are answered with the token; `dpop`, `signature` and `mtls` by what the program has. */
  readonly kind: string;
  /** Empty where none is needed. */
  readonly token: string;
  /** Zero bits that the hash of an answer to `pow` begins with; 0 else. */
  readonly bits: number;
  /** Seconds that it can be answered in, from when it was posed. */
  readonly expires: number;
}

/**
 * Reads a challenge.
 *
 * @param source - The body of the refusal as JSON, its member `challenge`, or the value of `WWW-Authenticate` (RFC 9110 §11.6.1), which
 *   may hold other schemes too.
 * @returns Null where there is none.
 */
export function readChallenge(source: unknown): Challenge | null {
  if (typeof source === "string") return challengeOf(edgeParameters(source), "challenge");
  if (!isRecord(source)) return null;
  return challengeOf(isRecord(source["challenge"]) ? source["challenge"] : source, "kind");
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function challengeOf(members: Readonly<Record<string, unknown>>, kindName: string): Challenge | null {
  const kind = members[kindName];
  const token = members["token"] ?? "";
  if (typeof kind !== "string" || typeof token !== "string") return null;
  return { kind, token, bits: count(members["bits"]), expires: count(members["expires"]) };
}

function count(value: unknown): number {
  const number = Number(value ?? 0);
  return Number.isSafeInteger(number) && number >= 0 ? number : 0;
}

/** What another scheme has instead of parameters (`token68`), a parameter (a name and a quoted string or a token), or the name of a scheme. */
const PART =
  /[\s,]*(?:[\w.~+/-]+=*(?=\s*(?:,|$))|([\w!#$%&'*+.^`|~-]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+))|([\w!#$%&'*+.^`|~-]+))/y;

/** The parameters of the scheme `Edge`, among those of others. */
function edgeParameters(text: string): Readonly<Record<string, string>> {
  const parameters: Record<string, string> = {};
  let scheme = "";
  PART.lastIndex = 0;
  for (let part = PART.exec(text); part !== null; part = PART.exec(text)) {
    const [, name, quoted, plain, begun] = part;
    if (begun !== undefined) scheme = begun.toLowerCase();
    else if (scheme === "edge" && name !== undefined) {
      parameters[name.toLowerCase()] = quoted?.replace(/\\(.)/g, "$1") ?? plain ?? "";
    }
  }
  return parameters;
}
