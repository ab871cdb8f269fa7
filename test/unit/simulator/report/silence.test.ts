/** What sends nothing shows nothing, and no report says that it was let be, or stopped. */
import { expect, test } from "vitest";
import { htmlReport, renderScenario, runScenario } from "../../../../simulator/index.ts";
import { textOfPage } from "../../../helpers/html-text.ts";
import { stage } from "../../../helpers/scenarios.ts";

const SILENT = "population idle = cron { clients [alpha, beta] every 30d mix thing 100% }";
const MOSTLY = "population most = batch { clients [gamma] rate 1 per 1s each mix thing 100% }";
const ATTACK = "attack quiet = flood { target thing rate 1 per 30d sources 1 }";
/** Two arrivals for three clients. */
const FEW = 'population few = replay "arrivals" { clients [alpha, beta, gamma] mix thing 100% }';

async function reports(clauses: string): Promise<{ readonly text: string; readonly page: string }> {
  const staged = stage("limit tight on thing per ip allow 1 per 1s", clauses, "default allow", { arrivals: "0\n1\n" });
  const { policy, scenario } = staged;
  const result = runScenario(policy, scenario, { seeds: [1, 2], unopposed: true });
  const page = await htmlReport({ policy, file: "p", version: "1", scenarios: [{ scenario, result }] });
  return { text: renderScenario(result, { file: "p", color: false }), page: textOfPage(page) };
}

test("a population that sends nothing was not spared", async () => {
  const { text, page } = await reports(`${SILENT}\n${MOSTLY}`);
  expect(text).toContain(
    "  idle: 2 clients, which sent nothing\n  most: 1 client, 300 requests a seed; nobody was refused\n",
  );
  expect(page).toContain("They sent nothing, so this cannot tell whether the policy hurts them.");
  expect((await reports(SILENT)).page).toContain("The honest callers sent nothing.");
});

test("an attack that sends nothing was not contained", async () => {
  const { text, page } = await reports(`${MOSTLY}\n${ATTACK}`);
  expect(text).toMatch(/^ {2}quiet: sent nothing\n\n/m);
  expect(text).not.toContain("contained");
  expect(page).toContain("quiet sent nothing.");
  expect(page).toContain("It sent nothing, so this cannot tell what the policy makes of it.");
});

test("clients that send nothing are no evidence", async () => {
  const { text, page } = await reports(FEW);
  expect(text).toMatch(
    /\n {4}in [234] client runs that sent anything, so at most \d\d\.?\d* % of clients are, at 95 %\n/,
  );
  expect(page).toMatch(/With [234] client runs that sent anything, at most/);
});
