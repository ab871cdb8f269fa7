/** Scenarios as JUnit XML: a suite for each scenario, a case for each expectation. One that is advisory never fails. */
import type { GateResult } from "../measures/expectations.ts";
import { type JunitCase, junitDocument } from "./junit-xml.ts";
import { comparison, gateValue } from "./gates.ts";
import { replayCommand } from "./text.ts";
import type { ScenarioResult } from "../measures/scenario-result.ts";

/**
 * A whole document.
 *
 * @param file - The policy's file as the replay command names it.
 */
export function scenariosJunit(results: readonly ScenarioResult[], file: string): string {
  return junitDocument(
    results.map((result) => ({
      name: `${file} ${result.scenario}`,
      cases: result.gates.map((gate) => caseOf(gate, result, file)),
    })),
  );
}

function caseOf(gate: GateResult, result: ScenarioResult, file: string): JunitCase {
  const name = gate.advisory ? `${gate.text} advisory` : gate.text;
  if (gate.held) return { name, assertions: 1, failures: [] };
  const message = `measured ${gateValue(gate, gate.measured)}: ${comparison(gate)}`;
  const worst = `worst seed ${gate.worst.seed}: ${gateValue(gate, gate.worst.value)}`;
  const text = `${message}\n${worst}\n${replayCommand(file, result.scenario, gate.worst.seed)}\n`;
  if (gate.advisory) return { name, assertions: 1, failures: [], note: `advisory, does not hold\n${text}` };
  return { name, assertions: 1, failures: [{ type: "expectation", message, text }] };
}
