/**
 * The examples of attacks, `examples/attacks/NAME.edgepolicy`, and what each is compared with: no rules at all, a refusal of
 * everything, and what most gateways offer, a limit for each address.
 */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ATTACK_MODELS, type AttackModel, loadPolicy, loadPolicyText, nodeFiles, type Scenario } from "../dsl/index.ts";
import type { Limit, Policy } from "../engine/index.ts";

const FOLDER = join(import.meta.dirname, "..", "examples", "attacks");
const SUFFIX = ".edgepolicy";

/** One example: a policy, and the scenario in which it stops its model. */
export interface AttackExample {
  /** Name of the file without its ending, such as `credential-stuffing`. */
  readonly name: string;
  /** The model of that name. */
  readonly model: AttackModel;
  readonly text: string;
  readonly policy: Policy;
  readonly scenario: Scenario;
}

/** Names of all examples, in the order of the models. */
export function exampleNames(): readonly string[] {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith(SUFFIX));
  const names = files.map((file) => file.slice(0, -SUFFIX.length));
  const place = (name: string): number => ATTACK_MODELS.findIndex((model) => fileNameOf(model) === name);
  return names.sort((a, b) => place(a) - place(b));
}

/** The file name of what belongs to a model, without its ending. */
export function fileNameOf(model: AttackModel): string {
  return model.name.replaceAll("_", "-");
}

/**
 * Loads an example.
 *
 * @throws Error where it has a problem, also a warning, is named after no model, or does not have one scenario with an attack of it.
 */
export function loadExample(name: string): AttackExample {
  const path = join(FOLDER, `${name}${SUFFIX}`);
  const model = ATTACK_MODELS.find((candidate) => fileNameOf(candidate) === name);
  const { policy, scenarios, diagnostics } = loadPolicy(path, nodeFiles);
  const [scenario] = scenarios;
  const problem = diagnostics.map(({ code, message }) => `${code} ${message}`).join("; ");
  if (policy === null || scenario === undefined || problem !== "")
    throw new Error(`${path}: ${problem || "no scenario"}`);
  if (model === undefined || !scenario.attacks.some((attack) => attack.model === model.name)) {
    throw new Error(`${path}: its first scenario has no attack of the model that the file is named after`);
  }
  return { name, model, text: readFileSync(path, "utf8"), policy, scenario };
}

/** The same routes and callers, where nothing passes. */
export function denyingAll(policy: Policy): Policy {
  return withLimits(policy, [], "block");
}

/** The limit that {@link perAddress} has. */
export const PER_ADDRESS = "60 per 1m";

/** The same routes and callers behind a limit for each address and nothing else. */
export function perAddress(policy: Policy): Policy {
  const naive = loadPolicyText(`policy "naive" { default allow }\nlimit per_address per ip allow ${PER_ADDRESS}\n`);
  return withLimits(policy, naive.policy?.limits ?? [], "allow");
}

/** The same scenario without an attack. */
export function withoutAttack(scenario: Scenario): Scenario {
  return { ...scenario, attacks: [], expectations: [] };
}

function withLimits(policy: Policy, limits: readonly Limit[], byDefault: "allow" | "block"): Policy {
  const settings = { ...policy.settings, default: byDefault };
  const order = limits.map((_, index) => ({ kind: "limit" as const, index }));
  return { ...policy, settings, lets: [], signals: [], scores: [], rules: [], limits, order };
}
