/** `--price NAME=DOLLARS`: what attackers pay. */
import { type AttackPrices, DEFAULT_PRICES } from "../../simulator/index.ts";
import { closestName } from "../../traffic/index.ts";
import type { OptionSpec } from "../options.ts";
import { CliProblem } from "../problem.ts";

const NAMES: Readonly<Record<string, keyof AttackPrices>> = {
  proxy_gb: "proxyGb",
  request_kb: "requestKb",
  credential: "credential",
  solve: "solve",
  hour: "hour",
};
const MOST = 1e9;

export const PRICE_OPTION: OptionSpec = {
  name: "price",
  value: "NAME=DOLLARS",
  many: true,
  help: `what attackers pay: ${Object.entries(NAMES)
    .map(([name, key]) => `${name} (default ${DEFAULT_PRICES[key]})`)
    .join(", ")}`,
};

/**
 * Reads prices over the default ones.
 *
 * @throws {@link CliProblem} where one is unknown, twice or no number from 0.
 */
export function readPrices(given: readonly string[]): AttackPrices {
  const prices = { ...DEFAULT_PRICES };
  const seen = new Set<string>();
  for (const text of given) {
    const [name = "", amount = ""] = text.split("=");
    const key = Object.hasOwn(NAMES, name) ? NAMES[name] : undefined;
    if (key === undefined) throw unknownPrice(name);
    if (seen.has(name)) throw new CliProblem(`--price ${name} is given twice`);
    seen.add(name);
    prices[key] = readAmount(text, amount);
  }
  return prices;
}

function readAmount(text: string, amount: string): number {
  const value = /^\d{1,12}(?:\.\d{1,12})?$/.test(amount) ? Number(amount) : Number.NaN;
  if (value <= MOST) return value;
  throw new CliProblem(`--price ${text}: not a number from 0 to ${MOST}`, "write it like --price proxy_gb=4.50");
}

function unknownPrice(name: string): CliProblem {
  const names = Object.keys(NAMES);
  const close = closestName(name, names);
  const hint = close === null ? "" : `; did you mean \`${close}\`?`;
  return new CliProblem(`--price ${name}: there is no such price${hint}`, `the prices are ${names.join(", ")}`);
}
