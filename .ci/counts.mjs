/**
 * Prints `PASSED FAILED` of a vitest JSON report. A run that failed without a failed test, or left no report, counts as one failure.
 *
 *     node .ci/counts.mjs REPORT STATUS
 */
import { readFileSync } from "node:fs";
import process from "node:process";

const [report = "", status = "1"] = process.argv.slice(2);

/** @returns {{ passed: number, failed: number }} */
function read() {
  try {
    const { numPassedTests, numFailedTests } = JSON.parse(readFileSync(report, "utf8"));
    return { passed: numPassedTests, failed: numFailedTests };
  } catch {
    return { passed: 0, failed: 0 };
  }
}

const { passed, failed } = read();
const unaccounted = failed === 0 && (status !== "0" || passed === 0) ? 1 : 0;
process.stdout.write(`${passed} ${failed + unaccounted}\n`);
