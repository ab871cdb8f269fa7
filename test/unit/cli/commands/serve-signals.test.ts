/** Signals that come while `edgepolicy serve` starts. */
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { serveInProcess } from "../../../helpers/server-process.ts";
import { temporaryFolder, until } from "../../../helpers/server.ts";

/** Sends both signals to its own process when the policy is opened the first time. */
const SIGNALLED = `import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";
const { openSync } = fs;
fs.openSync = (path, ...rest) => {
  if (String(path).endsWith("policy.edgepolicy")) {
    fs.openSync = openSync;
    syncBuiltinESMExports();
    for (const signal of ["SIGUSR1", "SIGHUP"]) process.kill(process.pid, signal);
  }
  return openSync(path, ...rest);
};
syncBuiltinESMExports();`;

test("neither end it nor open a debugger, and a SIGHUP reloads when it has started", { timeout: 60_000 }, async () => {
  const policy = join(temporaryFolder(), "policy.edgepolicy");
  writeFileSync(policy, 'policy "signals" { default allow }');
  const preload = `data:text/javascript,${encodeURIComponent(SIGNALLED)}`;
  const { reports } = await serveInProcess([policy, "--no-watch"], ["--import", preload]);
  await until(() => /reload \((?:asked for|SIGHUP)\) applied/.test(reports()));
  expect(reports()).not.toContain("Debugger");
});
