/**
 * Envoy's `X-Forwarded-Client-Cert`: elements separated by `,`, of pairs separated by `;`, each `Key=Value`. A value that holds one of
 * `,;=` is in double quotes, in which `\"` is a quote and `\\` a backslash. Keys are compared without case.
 */
import type { CertificateError, ClientCertificate } from "./certificate.ts";
import { nameProblem, readCertificate } from "./certificate.ts";
import { derOfEscapedPem } from "./escaped-pem.ts";

/** One element: its values by key in lower case. `By`, `URI` and `DNS` come once for each name, every other key once. */
type Element = ReadonlyMap<string, readonly string[]>;

const REPEATED: ReadonlySet<string> = new Set(["by", "uri", "dns"]);
/** Elements and pairs that are read at most; a header of a proxy has a handful. */
const ELEMENTS_MAX = 32;
const PAIRS_MAX = 256;

/**
 * The certificate that the proxy saw: that of the last element, because each proxy appends its own, or, with `by`, of the last one that
 * a proxy of these names appended.
 */
export function certificateOfXfcc(text: string, by: readonly string[]): ClientCertificate | CertificateError {
  const elements = parseXfcc(text);
  if (elements === null) return "malformed_certificate";
  const own = by.length === 0 ? elements : elements.filter((each) => each.get("by")?.some((name) => by.includes(name)));
  const element = own[own.length - 1];
  return element === undefined ? "certificate_unverified" : certificateOf(element);
}

const SHA256_HEX = /^[0-9a-f]{64}$/;

/** The whole certificate tells more than what the proxy says of it; where both are there, they have to be of one. */
function certificateOf(element: Element): ClientCertificate | CertificateError {
  const stated = element.get("hash")?.[0]?.toLowerCase();
  const escaped = element.get("cert")?.[0];
  if (stated !== undefined && !SHA256_HEX.test(stated)) return "malformed_certificate";
  if (escaped !== undefined) return checked(escaped, stated);
  if (stated === undefined) return "malformed_certificate";
  const uris = namesOf(element, "uri");
  const dnsNames = namesOf(element, "dns").map((name) => name.toLowerCase());
  return nameProblem(uris) ?? { thumbprint: stated, uris, dnsNames, notBefore: null, notAfter: null };
}

/** Envoy writes `URI=` where a certificate has no such name. */
function namesOf(element: Element, key: string): readonly string[] {
  return (element.get(key) ?? []).filter((name) => name !== "");
}

function checked(escaped: string, stated: string | undefined): ClientCertificate | CertificateError {
  const der = derOfEscapedPem(escaped);
  const certificate = der === null ? "malformed_certificate" : readCertificate(der);
  if (typeof certificate === "string" || stated === undefined) return certificate;
  return certificate.thumbprint === stated ? certificate : "malformed_certificate";
}

/** The elements in their order; null where the header is malformed. */
export function parseXfcc(text: string): readonly Element[] | null {
  const elements: Map<string, string[]>[] = [];
  let element = new Map<string, string[]>();
  let at = 0;
  for (let pairs = 0; pairs < PAIRS_MAX && elements.length < ELEMENTS_MAX; pairs++) {
    const pair = readPair(text, at);
    if (pair === null || !addPair(element, pair.key, pair.value)) return null;
    const separator = text[pair.end];
    at = pair.end + 1;
    if (separator === ";") continue;
    elements.push(element);
    if (separator === undefined) return elements;
    element = new Map();
  }
  return null;
}

function addPair(element: Map<string, string[]>, key: string, value: string): boolean {
  const name = key.toLowerCase();
  const values = element.get(name);
  if (values === undefined) element.set(name, [value]);
  else if (REPEATED.has(name)) values.push(value);
  else return false;
  return true;
}

const KEY = /[ \t]*([A-Za-z]{1,32})=/y;
/** Unquoted values have none of `,;=`, except that Envoy leaves the padding of percent-encoded text and `=` of URIs alone. */
const PLAIN = /[^",;]*/y;
/** Both alternatives begin differently, so that each character is looked at once. */
const QUOTED = /"((?:[^"\\]|\\.)*)"/y;

/** The pair that begins at `at`, and where it ends: at a separator, or at the end of the text. */
function readPair(
  text: string,
  at: number,
): { readonly key: string; readonly value: string; readonly end: number } | null {
  KEY.lastIndex = at;
  const key = KEY.exec(text)?.[1];
  if (key === undefined) return null;
  const from = KEY.lastIndex;
  const form = text[from] === '"' ? QUOTED : PLAIN;
  form.lastIndex = from;
  const match = form.exec(text);
  if (match === null) return null;
  const end = form.lastIndex;
  const follows = text[end];
  if (follows !== undefined && follows !== "," && follows !== ";") return null;
  return { key, value: match[1]?.replace(/\\(.)/g, "$1") ?? match[0].trimEnd(), end };
}
