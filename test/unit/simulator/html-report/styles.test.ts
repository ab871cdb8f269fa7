/** Contrast as WCAG 2.2 computes it (§1.4.3 and §1.4.11), of every colour that stands on the page's grounds, in both themes. */
import { describe, expect, test } from "vitest";
import { STYLES } from "../../../../simulator/html-report/styles.ts";

type Theme = "light" | "dark";

const COLORS = new Map(
  [...STYLES.matchAll(/--([\w-]+): light-dark\((#\w{6}), (#\w{6})\)/g)].map(([, name = "", light = "", dark = ""]) => [
    name,
    { light, dark },
  ]),
);

function color(name: string, theme: Theme): string {
  const pair = COLORS.get(name);
  if (pair === undefined) throw new Error(`no colour ${name}`);
  return pair[theme];
}

function luminance(hex: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return part <= 0.040_45 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(a: string, b: string): number {
  const [high = 0, low = 0] = [luminance(a), luminance(b)].sort((x, y) => y - x);
  return (high + 0.05) / (low + 0.05);
}

describe.each(["light", "dark"] as const)("%s", (theme) => {
  test.each(["ink", "quiet", "link", "good", "bad", "warn"])("%s can be read", (name) => {
    for (const ground of ["ground", "raised"]) {
      expect(contrast(color(name, theme), color(ground, theme)), ground).toBeGreaterThanOrEqual(4.5);
    }
  });

  test.each(["through", "offered-line", "allow", "slow", "challenge", "throttle", "block"])(
    "%s can be seen",
    (name) => {
      expect(contrast(color(name, theme), color("ground", theme))).toBeGreaterThanOrEqual(3);
    },
  );

  test("what was let through and refused can be seen on what was offered", () => {
    for (const name of ["through", "block"]) {
      expect(contrast(color(name, theme), color("offered", theme)), name).toBeGreaterThanOrEqual(3);
    }
  });
});

test("every colour is a pair, but for the shade of an attack, which its dashed edges mark", () => {
  const declared = [...STYLES.matchAll(/^ {2}--([\w-]+):/gm)].map(([, name = ""]) => name);
  expect(declared.filter((name) => !COLORS.has(name))).toEqual(["window", "text", "code"]);
  expect(STYLES.slice(STYLES.indexOf("}"))).not.toMatch(/#[0-9a-f]{3,8}\b(?!-)/i);
});
