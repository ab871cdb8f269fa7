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
const USUAL_PROTOCOL = "HTTP/1.1";
const USUAL_END = ` ${USUAL_PROTOCOL}`;

/** `METHOD target HTTP/1.1`; the target may hold blanks that the caller should have escaped. */
export function readRequestLine(text: string): RequestLine {
  const reader = new RequestLineReader();
  reader.read(text);
  return { method: reader.method, path: reader.path, protocol: reader.protocol };
}

/** Reads request lines, each into the reader's own fields. */
export class RequestLineReader implements RequestLine {
  method = "";
  path = "";
  protocol = "";

  read(text: string): void {
    const first = text.indexOf(" ");
    const method = text.startsWith("GET ") ? "GET" : text.slice(0, Math.max(0, first));
    if (first < 0 || !isMethod(method)) return this.#is("", text, "");
    if (text.endsWith(USUAL_END) && text.length > first + USUAL_END.length) {
      return this.#is(method, text.slice(first + 1, text.length - USUAL_END.length), USUAL_PROTOCOL);
    }
    const last = text.lastIndexOf(" ");
    const protocol = text.slice(last + 1);
    if (last > first && PROTOCOL.test(protocol)) return this.#is(method, text.slice(first + 1, last), protocol);
    // HTTP/0.9 knows no version; anything else without one is not a request line.
    const simple = method === "GET" && first === last && text[first + 1] === "/";
    return simple ? this.#is(method, text.slice(first + 1), "") : this.#is("", text, "");
  }

  #is(method: string, path: string, protocol: string): void {
    this.method = method;
    this.path = path;
    this.protocol = protocol;
  }
}

/** Whether `text` is a token of RFC 9110 §5.6.2, which a method is, of at most 64 characters. */
export function isMethod(text: string): boolean {
  return USUAL_METHODS.has(text) || METHOD.test(text);
}
