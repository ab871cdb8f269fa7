/** The reference judges the rest of the engine, so it may share nothing with it but the contracts. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";

const FOLDER = join(import.meta.dirname, "../../../../engine/reference");
const CONTRACTS = ["../policy.ts", "../request.ts", "../decision.ts", "../contract.ts", "../overlay.ts"];

test("the reference imports the contracts and its own files, nothing else", () => {
  const own = readdirSync(FOLDER).map((name) => `./${name}`);
  const foreign = own.flatMap((file) => {
    const text = readFileSync(join(FOLDER, file), "utf8");
    const imports = [...text.matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map(([, specifier]) => specifier ?? "");
    return imports.filter((each) => ![...CONTRACTS, ...own].includes(each)).map((each) => `${file} imports ${each}`);
  });
  expect(own.length).toBeGreaterThan(10);
  expect(foreign).toEqual([]);
});
