/** The choice of a theme. It needs no script: the style sheet looks at which button is chosen. */
import { type Html, html } from "./html.ts";

export function themeChoice(): Html {
  const choice = (value: string, label: string, chosen: Html | null): Html =>
    html`<input type="radio" name="theme" id="theme-${value}"${chosen}><label for="theme-${value}">${label}</label>`;
  return html`<fieldset class="theme"><legend class="unseen">Theme</legend>${choice("auto", "Auto", html` checked`)}${choice("light", "Light", null)}${choice("dark", "Dark", null)}</fieldset>`;
}
