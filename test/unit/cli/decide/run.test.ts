/** What is printed where two engines differ: an engine of another policy stands for one that is wrong. */
import { expect, test } from "vitest";
import { decideInput } from "../../../../cli/decide/run.ts";
import type { MakeEngine } from "../../../../cli/decide/session.ts";
import type { CliIo } from "../../../../cli/index.ts";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { createEngine, type Policy } from "../../../../engine/index.ts";
import { readLines } from "../../../../traffic/index.ts";
import { SIGN_IN } from "../run.ts";

function policyOf(text: string): Policy {
  const { policy } = loadPolicyText(text);
  if (policy === null) throw new Error("the policy has errors");
  return policy;
}

async function compare(
  altered: string,
  lines: readonly string[],
): Promise<{ status: number; out: string; err: string }> {
  const printed = { out: "", err: "" };
  const source = async function* (): AsyncGenerator<Uint8Array> {
    yield Buffer.from(lines.join("\n"));
  };
  const io: CliIo = {
    stdout: (text) => void (printed.out += text),
    stderr: (text) => void (printed.err += text),
    stdin: source,
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    stdinIsTerminal: false,
    env: {},
  };
  const engines: readonly MakeEngine[] = [createEngine, () => createEngine(policyOf(altered))];
  const input = { name: "requests.ndjson", lines: readLines(source()) };
  const status = await decideInput(
    { policy: policyOf(SIGN_IN), overlays: [], engines, input, skipBad: false, json: true, explain: null },
    io,
  );
  return { status, ...printed };
}

const FAILED = JSON.stringify({ method: "POST", path: "/v1/login", ip: "203.0.113.9", response: { status: 401 } });

test("a difference in a decision is shown with its request, and ends the run with exit 1", async () => {
  const altered = SIGN_IN.replace("fails > 2", "fails > 1");
  const { status, out, err } = await compare(altered, [FAILED, "", FAILED, FAILED, FAILED]);
  expect(status).toBe(1);
  expect(out.trimEnd().split("\n").length).toBe(3);
  const [title, request, compiled, reference] = err.split("\n");
  expect(title).toBe("edgepolicy: the engines differ in the decision, at requests.ndjson:4");
  expect(request).toBe(`  request:   ${FAILED}`);
  expect(compiled).toContain('"verdict":"allow"');
  expect(reference).toContain('"verdict":"block"');
});

test("a difference in state alone is shown at the end, with exit 1", async () => {
  const { status, out, err } = await compare(SIGN_IN.replace("== 401", "== 403"), [FAILED]);
  expect(status).toBe(1);
  expect(out.trimEnd().split("\n").length).toBe(1);
  expect(err).toBe(
    'edgepolicy: the engines differ in the signal `fails` of [{"option":0,"value":"203.0.113.9"}], after the last request\n' +
      "  compiled:  1\n  reference: 0\n",
  );
});

test("no difference is exit 0 and says nothing", async () => {
  expect(await compare(SIGN_IN, [FAILED, FAILED])).toMatchObject({ status: 0, err: "" });
});
