/**
 * The HTML report in a real Chromium: both themes, a phone's and a desktop's width, with the keyboard alone, and judged by axe-core. The page
 * has a scenario that fails, with harmed clients and a comparison, one that holds, and texts of others that are too long.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import axe from "axe-core";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadPolicy, nodeFiles } from "../../dsl/index.ts";
import {
  htmlReport,
  MOST_REPORT_BYTES,
  type ReportedDiff,
  type ReportedScenario,
  runScenario,
} from "../../simulator/index.ts";

const PROGRAM = spawnSync(
  "sh",
  ["-c", "command -v chromium || command -v chromium-browser || command -v google-chrome"],
  {
    encoding: "utf8",
  },
).stdout.trim();

const WIDTHS = { phone: 390, desktop: 1280 } as const;
const THEMES = ["light", "dark"] as const;
/** Background of the page. */
const GROUNDS = { light: "rgb(252, 251, 248)", dark: "rgb(22, 24, 27)" } as const;
const LONG = "a_partner_whose_name_was_generated_by_a_machine_and_never_meant_for_anybodys_eyes_0123456789";

function example(file: string, rename: (text: string) => string = (text) => text): ReportedScenario {
  const { policy, scenarios } = loadPolicy(join(import.meta.dirname, "../../examples/orders", file), nodeFiles);
  const [scenario] = scenarios;
  if (policy === null || scenario === undefined) throw new Error(`${file} does not load`);
  const result = runScenario(policy, scenario, { seeds: [1, 2] });
  return { scenario, result: JSON.parse(rename(JSON.stringify(result))) as typeof result };
}

const DIFF: ReportedDiff = {
  kind: "closed-loop",
  old: { name: "orders-api", version: "0123456789ab" },
  new: { name: "orders-api-naive", version: "ba9876543210" },
  verdicts: {
    ...{ requests: 86_552, changed: 19_301, newlyRefused: 92, newlyAdmitted: 19_209 },
    matrix: [{ old: "block", new: "allow", requests: 19_209 }],
    causes: [{ old: { verdict: "block", by: "stuffing" }, new: { verdict: "allow", by: "" }, requests: 19_209 }],
    callers: [{ name: LONG, requests: 7_000, newlyRefused: 92, newlyAdmitted: 0 }],
  },
  caveats: ["Requests that only one policy met are not compared."],
};

async function page(): Promise<string> {
  const file = join(import.meta.dirname, "../../examples/orders/naive.edgepolicy");
  const { policy } = loadPolicy(file, nodeFiles);
  if (policy === null) throw new Error("the naive policy does not load");
  const naive = { ...example("naive.edgepolicy", (text) => text.replaceAll("hooli_market", LONG)), diff: DIFF };
  return htmlReport({
    policy,
    file: "naive.edgepolicy",
    version: "0.0.0",
    scenarios: [naive, example("orders.edgepolicy", (text) => text.replaceAll("stuffing_campaign", "again"))],
  });
}

let folder = "";
let browser: Browser;
let url = "";

interface Opened {
  readonly tab: Page;
  /** What the page said on its console, and what it asked for besides itself. */
  readonly noise: readonly string[];
}

async function open(options: BrowserContextOptions): Promise<Opened> {
  const context = await browser.newContext(options);
  const tab = await context.newPage();
  const noise: string[] = [];
  tab.on("console", (message) => noise.push(`console: ${message.text()}`));
  tab.on("pageerror", (problem) => noise.push(`error: ${problem.message}`));
  tab.on("request", (request) => {
    if (request.url() !== url) noise.push(`request: ${request.url()}`);
  });
  await tab.goto(url);
  return { tab, noise };
}

/** The page has no DOM types at hand, so what runs in it is text. */
async function inPage<T>(tab: Page, expression: string): Promise<T> {
  return tab.evaluate<T>(expression);
}

const OPEN_ALL = "document.querySelectorAll('details').forEach((one) => { one.open = true; })";
const GROUND = "getComputedStyle(document.body).backgroundColor";
const FOCUSED = `(() => {
  const { tagName, textContent, id, ariaLabel } = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement.closest("fieldset") ?? document.activeElement);
  const seen = outlineStyle !== "none" && parseFloat(outlineWidth) >= 2;
  return { tag: tagName.toLowerCase(), text: (ariaLabel ?? textContent).trim(), id, seen };
})()`;

interface Focused {
  readonly tag: string;
  readonly text: string;
  readonly id: string;
  readonly seen: boolean;
}

/** What Tab reaches from the top, until it leaves the page. */
async function walk(tab: Page): Promise<readonly Focused[]> {
  const reached: Focused[] = [];
  for (let steps = 0; steps < 300; steps++) {
    await tab.keyboard.press("Tab");
    const focused = await inPage<Focused>(tab, FOCUSED);
    if (focused.tag === "body" || focused.tag === "html") break;
    reached.push(focused);
  }
  return reached;
}

interface Violation {
  readonly id: string;
  readonly nodes: readonly { readonly html: string }[];
}

async function violations(tab: Page): Promise<readonly string[]> {
  await inPage(tab, axe.source);
  const found = await inPage<readonly Violation[]>(tab, "axe.run().then(({ violations }) => violations)");
  return found.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`);
}

describe.skipIf(PROGRAM === "")(`the HTML report in Chromium${PROGRAM === "" ? " (SKIPPED: no chromium)" : ""}`, () => {
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "edgepolicy-report-"));
    writeFileSync(join(folder, "report.html"), await page());
    url = pathToFileURL(join(folder, "report.html")).href;
    browser = await chromium.launch({ executablePath: PROGRAM, args: ["--no-sandbox", "--disable-dev-shm-usage"] });
  });
  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test("is a file of less than a megabyte", () => {
    expect(statSync(join(folder, "report.html")).size).toBeLessThan(MOST_REPORT_BYTES);
  });

  describe.each(Object.entries(WIDTHS))("on a %s", (_, width) => {
    test.each(THEMES)("is whole, quiet and accessible in the %s, with every fold open", async (colorScheme) => {
      const { tab, noise } = await open({ viewport: { width, height: 800 }, colorScheme });
      expect(await inPage(tab, GROUND)).toBe(GROUNDS[colorScheme]);
      for (const action of ["0", OPEN_ALL]) {
        await inPage(tab, action);
        expect(await inPage(tab, "document.documentElement.scrollWidth")).toBe(width);
      }
      expect(await violations(tab)).toEqual([]);
      expect(noise).toEqual([]);
      await tab.context().close();
    });

    test("shows each plot once, in letters that can be read, and says what it shows", async () => {
      const { tab } = await open({ viewport: { width, height: 800 } });
      const plots = await inPage<readonly (readonly [label: string, pixels: number])[]>(
        tab,
        `[...document.querySelectorAll("svg[role=img]")].filter((plot) => plot.checkVisibility()).map((plot) => {
          const letters = plot.querySelector("text").getBoundingClientRect().height;
          return [plot.getAttribute("aria-label"), letters];
        })`,
      );
      expect(plots).toHaveLength(6);
      expect(plots[0]?.[0]).toMatch(
        /^stuffers, attack, credential stuffing, over time\. [\d,]+ requests a seed, .* let through\./,
      );
      for (const [, pixels] of plots) expect(pixels).toBeGreaterThanOrEqual(11);
      await tab.context().close();
    });
  });

  test("is walked with the keyboard: to the report, through every fold, which Enter opens, each with its focus seen", async () => {
    const { tab } = await open({ viewport: { width: 1280, height: 800 } });
    const reached = await walk(tab);
    expect(reached[0]).toMatchObject({ tag: "a", text: "Skip to the report" });
    expect(reached.filter(({ seen }) => !seen)).toEqual([]);
    const folds = await inPage<number>(tab, "document.querySelectorAll('summary').length");
    expect(reached.filter(({ tag }) => tag === "summary")).toHaveLength(folds);
    await inPage(tab, "document.querySelector('summary').focus()");
    await tab.keyboard.press("Enter");
    expect(await inPage(tab, "document.querySelector('details').open")).toBe(true);
    await inPage(tab, OPEN_ALL);
    await inPage(tab, "document.activeElement.blur()");
    const regions = await inPage<number>(tab, "document.querySelectorAll('.scroll').length");
    expect((await walk(tab)).filter(({ text }) => text.startsWith("Requests a seed of "))).toHaveLength(regions);
    await tab.context().close();
  });

  test("takes the theme that is chosen over the system's, by arrow keys too", async () => {
    const { tab } = await open({ colorScheme: "light" });
    await inPage(tab, "document.querySelector('#theme-auto').focus()");
    await tab.keyboard.press("ArrowRight");
    expect([await inPage(tab, "document.activeElement.id"), await inPage(tab, GROUND)]).toEqual([
      "theme-light",
      GROUNDS.light,
    ]);
    await tab.keyboard.press("ArrowRight");
    expect([await inPage(tab, "document.activeElement.id"), await inPage(tab, GROUND)]).toEqual([
      "theme-dark",
      GROUNDS.dark,
    ]);
    await tab.context().close();
  });

  test("moves nothing by itself for who asked for less motion", async () => {
    const scrolling = "getComputedStyle(document.documentElement).scrollBehavior";
    const still = await open({ reducedMotion: "reduce" });
    expect(await inPage(still.tab, scrolling)).toBe("auto");
    await still.tab.context().close();
    const moving = await open({ reducedMotion: "no-preference" });
    expect(await inPage(moving.tab, scrolling)).toBe("smooth");
    await moving.tab.context().close();
  });

  test("would let nothing in or out, were there anything", async () => {
    const { tab } = await open({});
    const refused = await inPage<readonly string[]>(
      tab,
      `new Promise((resolve) => {
        const refused = [];
        document.addEventListener("securitypolicyviolation", (event) => {
          refused.push(event.effectiveDirective);
          if (refused.length === 4) resolve(refused.sort());
        });
        const add = (tag, members) => document.body.append(Object.assign(document.createElement(tag), members));
        add("script", { textContent: "globalThis.ran = true" });
        add("style", { textContent: "body { display: none }" });
        add("img", { src: "https://example.com/pixel.png" });
        fetch("https://example.com/").catch(() => undefined);
      })`,
    );
    expect(refused).toEqual(["connect-src", "img-src", "script-src-elem", "style-src-elem"]);
    expect(await inPage(tab, "globalThis.ran === undefined && getComputedStyle(document.body).display")).toBe("block");
    await tab.context().close();
  });
});
