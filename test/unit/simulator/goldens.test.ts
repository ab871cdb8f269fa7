/**
 * Goldens of the simulator. A source is `report FILE seeds N to M`, or `trace FILE seed N` for the first requests of a run;
 * files are those of `examples/orders/`.
 */
import { join } from "node:path";
import { loadPolicy, nodeFiles } from "../../../dsl/index.ts";
import { VERDICTS } from "../../../engine/index.ts";
import { renderScenario, runScenario, runSeed, START_MICROS } from "../../../simulator/index.ts";
import { runGoldens } from "../../helpers/goldens.ts";

const EXAMPLES = join(import.meta.dirname, "../../../examples/orders");
const TRACED = 60;

runGoldens("simulate", (source) => {
  const [kind, file = "", , from, , to] = source.trim().split(" ");
  return kind === "trace" ? trace(file, Number(from)) : report(file, Number(from), Number(to));
});

function example(file: string) {
  const { policy, scenarios } = loadPolicy(join(EXAMPLES, file), nodeFiles);
  const [scenario] = scenarios;
  if (policy === null || scenario === undefined) throw new Error(`${file} does not load`);
  return { policy, scenario };
}

function report(file: string, from: number, to: number): string {
  const { policy, scenario } = example(file);
  const seeds = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const text = renderScenario(runScenario(policy, scenario, { seeds }), { file, color: false, width: 80 });
  return text.replaceAll(policy.version, "VERSION");
}

/** The first requests after the attack began. */
function trace(file: string, seed: number): string {
  const { policy, scenario } = example(file);
  const begins = START_MICROS + (scenario.attacks[0]?.fromMicros ?? 0);
  const lines: string[] = [];
  runSeed(policy, scenario, seed, {
    onDecision: ({ origin, atMicros, request, record }) => {
      if (atMicros < begins || lines.length === TRACED) return;
      const at = ((atMicros - START_MICROS) / 1e6).toFixed(6);
      const { client, ip, method, path } = request;
      lines.push(
        `${at} ${origin} ${client ?? "-"} ${ip} ${method} ${path} ${VERDICTS[record.verdict]} ${record.by ?? "-"}`,
      );
    },
  });
  return lines.join("\n");
}
