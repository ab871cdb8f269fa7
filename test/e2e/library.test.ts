/** The package as a library: its doors open from the outside, and lead to what they should. */
import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, inject, test } from "vitest";

/** Runs a module beside the installed package. */
function run(name: string, text: string): string {
  const file = join(inject("installed"), `${name}.mjs`);
  writeFileSync(file, text);
  const { stdout, stderr, status } = spawnSync(process.execPath, [file], { encoding: "utf8", timeout: 30_000 });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout.trim();
}

test("edgepolicy compiles a text and decides by it", () => {
  const text = 'policy "p" { owner "t" default allow }\\nroute home = GET "/"\\nrule closed on home then block';
  const said = run(
    "front",
    `import { compile, createEngine, makeRequest } from "edgepolicy";
const { policy, diagnostics } = compile('${text}');
if (policy === null) throw new Error(diagnostics[0].message);
console.log(createEngine(policy).decide(makeRequest({ ip: "203.0.113.9" }), 0).toDecision().by);`,
  );
  expect(said).toBe("closed");
});

test.each([
  ["edgepolicy/engine", "createEngine"],
  ["edgepolicy/simulator", "runScenario"],
  ["edgepolicy/server", "startServer"],
  ["edgepolicy/stream", "connectStream"],
  ["edgepolicy/express", "edgepolicy"],
  ["edgepolicy/fastify", "edgepolicy"],
  ["edgepolicy/hono", "edgepolicy"],
  ["edgepolicy/node", "edgepolicy"],
  ["edgepolicy/challenge", "solve"],
])("%s exports %s", (door, name) => {
  expect(run(name, `import { ${name} } from "${door}"; console.log(typeof ${name});`)).toBe("function");
});

test("what is not a door stays closed", () => {
  expect(
    run(
      "closed",
      `console.log(await import("edgepolicy/dsl/index.js").then(() => "open", (problem) => problem.code));`,
    ),
  ).toBe("ERR_PACKAGE_PATH_NOT_EXPORTED");
});
