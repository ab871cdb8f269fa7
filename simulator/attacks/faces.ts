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

/** What a server sees of a tool. */
export type Face = typeof TOOL;

const MAC = "Macintosh; Intel Mac OS X 10_15_7";
const WINDOWS = "Windows NT 10.0; Win64; x64";
const LANGUAGES = ["en-US,en;q=0.9", "de-DE,de;q=0.9,en;q=0.8", "pt-BR,pt;q=0.9"];
const CHROME_VERSIONS = Array.from({ length: 12 }, (_, i) => 118 + i);

/**
 * Faces of browsers that a tool puts on, another for each try or source, as Microsoft saw in sprays: system, version and language, and the TLS
 * fingerprint with them, as tools that imitate browsers do. The fingerprints have the shape of JA4 and are made up.
 */
export const BROWSERS: readonly Face[] = CHROME_VERSIONS.flatMap((version) =>
  [WINDOWS, MAC].flatMap((system, i) =>
    LANGUAGES.map((language) => ({
      headers: Object.freeze({
        accept: "application/json",
        "accept-language": language,
        "user-agent": `Mozilla/5.0 (${system}) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/${version}.0.0.0 Safari/537.36`,
      }),
      ja4: `t13d15${16 + i}h2_8daaf6152771_${(version * 0x9e3779b1).toString(16).padStart(12, "0")}`,
    })),
  ),
);

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
const SCRIPT_FACES: readonly Face[] = SCRIPTS.map((agent, i) => ({
  headers: Object.freeze({ accept: "*/*", "user-agent": agent }),
  ja4: `t13d431000_c7886603b240_${String(i).padStart(12, "0")}`,
}));

/** The face of script `number`, from 0, which says what it is. */
export function scriptFace(number: number): Face {
  return SCRIPT_FACES[number % SCRIPT_FACES.length] ?? TOOL;
}

/** The face of browser `number`, from 0; after the last of `faces` the first comes again. */
export function browserFace(number: number, faces: number = BROWSERS.length): Face {
  return BROWSERS[number % faces] ?? TOOL;
}
