/** Request lines as servers log them: `GET /path HTTP/1.1`. */
import { METHODS } from "../engine/index.ts";

/** What a logged request line says. */
export interface RequestLine {
  /** Empty where what was logged is not an HTTP request line (a TLS handshake on a plain port, say). */
  readonly method: string;
  /** The request target with its query, or all of what was logged where it is not a request line. */
  readonly path: string;
  /** `HTTP/1.1`; empty where the request line has none. */
  readonly protocol: string;
}

const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/;
const PROTOCOL = /^HTTP\/\d(\.\d)?$/;
const USUAL_METHODS: ReadonlySet<string> = new Set(METHODS);
const USUAL_PROTOCOLS: ReadonlySet<string> = new Set(["HTTP/1.0", "HTTP/1.1", "HTTP/2.0", "HTTP/2", "HTTP/3.0"]);

/** `METHOD target HTTP/1.1`; the target may hold blanks that the caller should have escaped. */
export function readRequestLine(text: string): RequestLine {
  const first = text.indexOf(" ");
  const last = text.lastIndexOf(" ");
  const method = text.slice(0, first);
  const protocol = text.slice(last + 1);
  if (first < 0 || !isMethod(method)) return { method: "", path: text, protocol: "" };
  if (last > first && (USUAL_PROTOCOLS.has(protocol) || PROTOCOL.test(protocol))) {
    return { method, path: text.slice(first + 1, last), protocol };
  }
  // HTTP/0.9 knows no version; anything else without one is not a request line.
  const simple = method === "GET" && first === last && text[first + 1] === "/";
  return simple ? { method, path: text.slice(first + 1), protocol: "" } : { method: "", path: text, protocol: "" };
}

/** Whether `text` is a token of RFC 9110 §5.6.2, which a method is, of at most 64 characters. */
export function isMethod(text: string): boolean {
  return USUAL_METHODS.has(text) || METHOD.test(text);
}
