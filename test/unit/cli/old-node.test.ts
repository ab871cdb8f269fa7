import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { tooOld } from "../../../cli/old-node.ts";

test("a Node.js older than the package asks for is told so", () => {
  const { engines } = JSON.parse(readFileSync("package.json", "utf8")) as {
    readonly engines: { readonly node: string };
  };
  const least = engines.node.replace(">=", "");
  expect(tooOld("20.20.2")).toBe(
    `edgepolicy: this is Node.js 20.20.2, which is too old\n  install Node.js ${least} or later\n`,
  );
  expect(tooOld("22.17.1")).not.toBeNull();
  for (const version of [`${least}.0`, "22.20.0", "24.0.0"]) expect(tooOld(version)).toBeNull();
});
