/** What attackers' tools look like to a server. */
import type { Request } from "../../engine/index.ts";

/**
 * One tool with one face for all sources: a browser three years out of date, one language, one TLS fingerprint, as in
 * three campaigns that DataDome describes. The fingerprint has the shape of a JA4 and is made up, as no honest actor has it.
 */
export const TOOL: Pick<Request, "headers" | "ja4"> = Object.freeze({
  headers: Object.freeze({
    accept: "application/json",
    "accept-language": "en-US",
    "user-agent":
      "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/109.0.0.0 Safari/537.36",
  }),
  ja4: "t13d1516h2_0123456789ab_ba9876543210",
});

const BROWSER_VERSIONS = 40;
const LANGUAGES: readonly string[] = ["en-US", "en-GB", "de-DE", "fr-FR", "es-ES", "it-IT", "pt-BR", "ja-JP"];

/** Headers of browser `number`: the forty newest versions of one browser in eight languages, 320 faces in all. */
export function browserHeaders(number: number): Request["headers"] {
  return BROWSERS[number % BROWSERS.length] ?? TOOL.headers;
}

const BROWSERS: readonly Request["headers"][] = Array.from({ length: BROWSER_VERSIONS * LANGUAGES.length }, (_, i) =>
  Object.freeze({
    accept: "application/json",
    "accept-language": LANGUAGES[Math.floor(i / BROWSER_VERSIONS)] ?? "en-US",
    "user-agent": `Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${100 + (i % BROWSER_VERSIONS)}.0.0.0 Safari/537.36`,
  }),
);

/** A TLS fingerprint of browser `number`: versions of one browser share few of them. */
export function browserJa4(number: number): string {
  return `t13d1516h2_8daaf6152771_${String(number % 4).padStart(12, "0")}`;
}

const SCRIPTS: readonly string[] = [
  "python-requests/2.32.3",
  "curl/8.5.0",
  "Go-http-client/2.0",
  "axios/1.7.2",
  "okhttp/4.12.0",
  "node-fetch/1.0",
  "aiohttp/3.9.5",
  "Java-http-client/21.0.3",
];
const SCRIPT_HEADERS: readonly Request["headers"][] = SCRIPTS.map((agent) =>
  Object.freeze({ accept: "*/*", "user-agent": agent }),
);

/** Headers of script `number`, which says what it is. */
export function scriptHeaders(number: number): Request["headers"] {
  return SCRIPT_HEADERS[number % SCRIPT_HEADERS.length] ?? TOOL.headers;
}

/** The TLS fingerprint of script `number`. */
export function scriptJa4(number: number): string {
  return `t13d431000_c7886603b240_${String(number % SCRIPTS.length).padStart(12, "0")}`;
}
