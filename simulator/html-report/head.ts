/** The head of the page. Its content security policy lets the one style sheet in, by its hash, and nothing else: no script, no request. */
import { createHash } from "node:crypto";
import { Html, html } from "./html.ts";
import { STYLES } from "./styles.ts";

export function head(title: string): Html {
  const hash = createHash("sha256").update(STYLES).digest("base64");
  const policy = `default-src 'none'; style-src 'sha256-${hash}'; base-uri 'none'; form-action 'none'`;
  return html`<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${title}</title>
<style>${Html.trusted(STYLES)}</style>
</head>`;
}
