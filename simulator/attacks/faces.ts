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
