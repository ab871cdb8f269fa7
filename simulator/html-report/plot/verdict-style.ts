/** How verdicts look: each has a colour and a pattern of its own, so that neither alone carries the meaning. */
import type { Verdict } from "../../../engine/index.ts";
import { type Html, html } from "../html.ts";

/** Patterns that the plots of a page share. The marks take their colour from the page's theme. */
export function patternDefinitions(): Html {
  return html`<svg class="patterns" width="0" height="0" aria-hidden="true" focusable="false"><defs>
<pattern id="p-slow" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="wash-slow" width="6" height="6"/><circle class="mark-slow" cx="3" cy="3" r="1.3"/></pattern>
<pattern id="p-challenge" width="5" height="5" patternUnits="userSpaceOnUse"><rect class="wash-challenge" width="5" height="5"/><path class="line-challenge" d="M2.5 0V5"/></pattern>
<pattern id="p-throttle" width="6" height="6" patternUnits="userSpaceOnUse"><rect class="wash-throttle" width="6" height="6"/><path class="line-throttle" d="M-1 1L1 -1M0 6L6 0M5 7L7 5"/></pattern>
</defs></svg>`;
}

/** The words of the key. */
export const VERDICT_WORDS: Readonly<Record<Verdict, string>> = {
  allow: "allowed",
  slow: "slowed",
  challenge: "challenged",
  throttle: "throttled",
  block: "blocked",
};

/** A sample of a verdict's fill for the key. */
export function swatch(kind: Verdict | "offered" | "admitted" | "refused"): Html {
  const inner: Readonly<Record<typeof kind, Html>> = {
    ...{
      allow: fill("allow"),
      slow: fill("slow"),
      challenge: fill("challenge"),
      throttle: fill("throttle"),
      block: fill("block"),
    },
    offered: html`<rect class="offered" width="22" height="12"/><path class="offered-line" d="M0 1H22"/>`,
    admitted: html`<path class="admitted" d="M0 6H22"/>`,
    refused: html`<path class="refused" d="M0 6H22"/>`,
  };
  return html`<svg class="swatch" width="22" height="12" viewBox="0 0 22 12" aria-hidden="true" focusable="false">${inner[kind]}</svg>`;
}

function fill(verdict: Verdict): Html {
  return html`<rect class="v-${verdict}" width="22" height="12"/>`;
}
