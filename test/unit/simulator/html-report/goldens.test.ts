/** Goldens of what pages say. A source is `FILE seeds N to M`; files are those of `examples/orders/`. */
import { join } from "node:path";
import { loadPolicy, nodeFiles } from "../../../../dsl/index.ts";
import { renderPage } from "../../../../simulator/html-report/page.ts";
import { runScenario } from "../../../../simulator/index.ts";
import { runGoldens } from "../../../helpers/goldens.ts";
import { textOfPage } from "../../../helpers/html-text.ts";

const EXAMPLES = join(import.meta.dirname, "../../../../examples/orders");

runGoldens("html-report", (source) => {
  const [file = "", , from, , to] = source.trim().split(" ");
  const { policy, scenarios } = loadPolicy(join(EXAMPLES, file), nodeFiles);
  const [scenario] = scenarios;
  if (policy === null || scenario === undefined) throw new Error(`${file} does not load`);
  const seeds = Array.from({ length: Number(to) - Number(from) + 1 }, (_, i) => Number(from) + i);
  const result = runScenario(policy, scenario, { seeds });
  const page = renderPage({ policy, file, version: "0.0.0", scenarios: [{ scenario, result }] });
  return textOfPage(page).replaceAll(policy.version, "VERSION");
});
