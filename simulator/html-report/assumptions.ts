/** What the simulation leaves out. A number here is no better than these allow. */
import { type Html, html } from "./html.ts";

const ASSUMPTIONS: readonly (readonly [title: string, text: string])[] = [
  [
    "The traffic is synthetic.",
    "Callers and attackers follow the models and rates that the scenario states. A client with another rhythm, or an attacker with another plan, is not in it.",
  ],
  [
    "Every honest caller is a client of the inventory.",
    "Honest strangers are in no population, so what rules and limits for callers without a client do to them is not measured.",
  ],
  [
    "The bounds cover chance, not the scenario.",
    "A 95 % bound says how much the result varies from seed to seed. It does not say that the scenario is like the traffic that will come.",
  ],
  [
    "Attackers adapt only as declared.",
    "They react to refusals in the ways that the scenario lists, and learn nothing else of the policy.",
  ],
  [
    "The service is a few numbers.",
    "It answers with the latency and the shares of success that the scenario states, whatever the load; it never slows down, and its answers have no content.",
  ],
  [
    "Nothing is queued, lost or late on the way.",
    "A decision takes no time, and a refusal reaches its sender at once. Clocks do not drift.",
  ],
  [
    "Credentials are taken as they are declared.",
    "No key, token or signature is forged or verified here: who is said to call is who calls.",
  ],
  [
    "One enforcement point decides everything.",
    "Several of them with state of their own would each see a part of the traffic, and so would one that restarts during an attack.",
  ],
];

export function assumptionsSection(): Html {
  return html`<ul class="assumptions">${ASSUMPTIONS.map(([title, text]) => html`<li><b>${title}</b> ${text}</li>\n`)}</ul>`;
}
