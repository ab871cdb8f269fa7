/** `test` blocks: requests on a virtual clock, and what is expected of their decisions. */
import { CHALLENGES, EVIDENCE, IDENTITY_ERRORS, makeRequest } from "../../engine/index.ts";
import type { Evidence, Request } from "../../engine/index.ts";
import type { AstCredential, AstJson, AstLiteral, AstReloadStep, AstRequestStep, AstTest, Name, Text } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import type { PolicyTest, TestReloadStep, TestRequestStep } from "../test-block.ts";
import type { CheckContext } from "./context.ts";
import { readCount } from "./quantities.ts";
import { didYouMean } from "./suggest.ts";
import { checkAnswer } from "./test-answers.ts";
import { checkTestExpectation } from "./test-expectations.ts";
import { readHeaders } from "./test-headers.ts";
import { readWord } from "./words.ts";

/** 2026-01-01T00:00:00Z: when a test without a `clock` starts. */
const START_MICROS = Date.UTC(2026, 0, 1) * 1_000;
/** The latest time of a request, as where requests are data: the end of the year 2200. */
const LATEST_MICROS = Date.UTC(2201, 0, 1) * 1_000;
/** Requests of one test after repetition. */
const MAX_REQUESTS = 100_000;
const MAX_ASN = 2 ** 32 - 1;

/** What tests read of the policy besides its names. */
export interface TestInput {
  readonly clients: readonly { readonly id: string }[];
  /** Finds the file of a `reload` step: its path, or null where it cannot be read, which is reported. */
  readonly reload: (step: AstReloadStep) => string | null;
}

/** Checks every test; a test with anything wrong is null. */
export function checkTests(
  tests: readonly AstTest[],
  input: TestInput,
  context: CheckContext,
): readonly (PolicyTest | null)[] {
  reportTwice(tests, context);
  return tests.map((test) => checkTest(test, input, context));
}

function reportTwice(tests: readonly AstTest[], context: CheckContext): void {
  const first = new Map<string, AstTest>();
  for (const test of tests) {
    const earlier = first.get(test.name.value);
    if (earlier === undefined) first.set(test.name.value, test);
    else {
      context.report.error(SEMANTICS.testTwice, test.name.span, `there are two tests \`${test.name.value}\``, {
        help: "give one another name, so that a report tells them apart",
        notes: [{ message: "the first one is here", span: earlier.name.span }],
      });
    }
  }
}

function checkTest(ast: AstTest, input: TestInput, context: CheckContext): PolicyTest | null {
  const steps = ast.steps.map((step, index) =>
    step.kind === "reload"
      ? checkReload(step, input)
      : checkRequestStep(step, followsReload(step, index, ast.steps), input, context),
  );
  const fits = [fitsBound(ast, context), fitsClock(ast, context)];
  if (fits.includes(false) || steps.includes(null)) return null;
  return {
    name: ast.name.value,
    doc: ast.doc,
    span: ast.span,
    clockMicros: ast.clock === null ? START_MICROS : Number(ast.clock.value),
    steps: steps.filter((step) => step !== null),
  };
}

/** Whether a step comes, at least for the last time, after a reload: later, or at the same time and further down. */
function followsReload(step: AstRequestStep, index: number, steps: AstTest["steps"]): boolean {
  const end = endOf(step);
  return steps.some(
    (other, place) => other.kind === "reload" && (end > other.at.value || (end === other.at.value && index > place)),
  );
}

/** When a step comes last. */
function endOf({ at, repeat }: AstRequestStep): number {
  return at.value + (repeat === null ? 0 : (repeat.times.value - 1) * repeat.every.value);
}

function fitsBound(ast: AstTest, context: CheckContext): boolean {
  const requests = ast.steps.reduce(
    (sum, step) => sum + (step.kind === "request" ? (step.repeat?.times.value ?? 1) : 0),
    0,
  );
  if (requests <= MAX_REQUESTS) return true;
  const message = `the test \`${ast.name.value}\` makes ${requests} requests, and ${MAX_REQUESTS} is the most`;
  context.report.error(SEMANTICS.outOfRange, ast.name.span, message, { help: "repeat less, or write a scenario" });
  return false;
}

/** The engine's clock begins in 1970 and ends before microseconds do. */
function fitsClock({ clock, steps }: AstTest, { report }: CheckContext): boolean {
  const start = clock === null ? START_MICROS : Number(clock.value);
  const late = steps.find((step) => start + (step.kind === "request" ? endOf(step) : step.at.value) >= LATEST_MICROS);
  const wrong = start < 0 || start >= LATEST_MICROS ? clock : (late?.at ?? null);
  if (wrong === null) return true;
  report.error(SEMANTICS.outOfRange, wrong.span, `\`${wrong.raw}\` is out of the clock's range`, {
    help: "requests come from 1970 to the year 2200",
  });
  return false;
}

function checkReload(step: AstReloadStep, input: TestInput): TestReloadStep | null {
  const path = input.reload(step);
  return path === null ? null : { kind: "reload", atMicros: step.at.value, path, span: step.span };
}

function checkRequestStep(
  step: AstRequestStep,
  reloaded: boolean,
  input: TestInput,
  context: CheckContext,
): TestRequestStep | null {
  const request = checkRequest(step, input, context);
  const pass = step.pass === null ? null : readWord(step.pass, CHALLENGES, "challenge", context.report);
  const respond = checkAnswer(step.respond, context);
  const expect = step.expect === null ? null : checkTestExpectation(step.expect, reloaded, context);
  if (request === null || respond === undefined || (step.pass !== null && pass === null)) return null;
  if (step.expect !== null && expect === null) return null;
  const { repeat } = step;
  return {
    kind: "request",
    atMicros: step.at.value,
    repeat:
      repeat === null
        ? null
        : { times: repeat.times.value, everyMicros: repeat.every.value, as: repeat.as?.text ?? null },
    request: { ...request, passes: pass === null ? [] : [pass] },
    pass,
    respond,
    expect,
    span: step.span,
  };
}

// ── the request ─────────────────────────────────────────────────────────────

function checkRequest(step: AstRequestStep, input: TestInput, context: CheckContext): Request | null {
  const evidence = step.evidence === null ? null : readEvidence(step.evidence, step, context);
  const asn = step.asn === null ? null : readCount(step.asn, 0, MAX_ASN, "a network's number", context.report);
  const headers = readHeaders(step.headers, context);
  const refused = step.refused === null ? null : readWord(step.refused, IDENTITY_ERRORS, "reason", context.report);
  const fits = [
    checkMethod(step.method, context),
    checkPath(step.path, context),
    step.client === null || checkClient(step.client, input, context),
    step.evidence === null || evidence !== null,
    step.asn === null || asn !== null,
    step.refused === null || refused !== null,
    step.credential === null || saysSomething(step.credential, context),
  ];
  if (headers === null || fits.includes(false)) return null;
  const body = step.body === null ? undefined : jsonOf(step.body);
  const bodyBytes = body === undefined ? 0 : new TextEncoder().encode(JSON.stringify(body)).length;
  return makeRequest({
    method: step.method.text,
    path: step.path.value,
    host: headers["host"] ?? "",
    ip: String(step.from.value),
    headers,
    body,
    size: Math.max(bodyBytes, step.size?.value ?? 0),
    asn,
    country: step.country?.value ?? null,
    ja4: step.ja4?.value ?? null,
    client: step.client?.value ?? null,
    evidence,
    identityError: refused,
    credential: credentialOf(step.credential),
    facts: factsOf(headers, context),
    ...tokenOf(step),
  });
}

/** A scope or claim makes it a request with a token; one without has neither. */
function tokenOf(step: AstRequestStep): Pick<Request, "scopes" | "claims"> {
  if (step.scopes === null && step.claims === null) return { scopes: null, claims: null };
  const claims = step.claims === null ? {} : (jsonOf(step.claims) as Readonly<Record<string, unknown>>);
  return { scopes: step.scopes?.map((scope) => scope.value) ?? [], claims };
}

function saysSomething({ id, issued, expires, span }: AstCredential, { report }: CheckContext): boolean {
  if (id !== null || issued !== null || expires !== null) return true;
  report.error(SEMANTICS.testStep, span, "nothing is said of the credential", {
    help: 'write `with credential "id"`, `issued TIME` or `expires TIME`, in this order',
  });
  return false;
}

function credentialOf(credential: AstCredential | null): Request["credential"] {
  if (credential === null) return null;
  const { id, issued, expires } = credential;
  const micros = (time: AstLiteral | null): number | null => (time === null ? null : Number(time.value));
  return { id: id?.value ?? null, issued: micros(issued), expires: micros(expires) };
}

/** A test's request comes through a trusted proxy: a header that carries a fact states it. */
function factsOf(headers: Readonly<Record<string, string>>, { declarations }: CheckContext): Request["facts"] {
  const stated = declarations.facts.flatMap((fact) => {
    const value = headers[fact.header.value];
    return value === undefined ? [] : [[fact.name.text, value] as const];
  });
  return Object.fromEntries(stated);
}

const METHOD = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,64}$/;

function checkMethod(method: Name, { report }: CheckContext): boolean {
  if (METHOD.test(method.text) && method.text === method.text.toUpperCase()) return true;
  report.error(SEMANTICS.testStep, method.span, `\`${method.text}\` is not a request method`, {
    help: `methods are written in capitals: \`${method.text.toUpperCase()}\``,
    fix: { span: method.span, text: method.text.toUpperCase() },
  });
  return false;
}

function checkPath(path: Text, { report }: CheckContext): boolean {
  if (path.value.startsWith("/")) return true;
  report.error(SEMANTICS.testStep, path.span, `the path \`${path.value}\` does not begin with \`/\``, {
    help: `write \`"/${path.value}"\``,
  });
  return false;
}

function checkClient(client: Text, { clients }: TestInput, { report, inventoryRead }: CheckContext): boolean {
  if (!inventoryRead || clients.some(({ id }) => id === client.value)) return true;
  const ids = clients.map(({ id }) => id);
  report.error(SEMANTICS.unknownName, client.span, `there is no client \`${client.value}\` in the inventory`, {
    help: didYouMean(client.value, ids, "name a client of the file that `clients from` names"),
  });
  return false;
}

/** Evidence is a client's, so it goes with one; `none` and `network` are what a caller without credential has. */
function readEvidence(word: Name, step: AstRequestStep, { report }: CheckContext): Evidence | null {
  const evidence = readWord(word, EVIDENCE, "evidence", report);
  if (evidence === null || step.client !== null) return evidence;
  report.error(SEMANTICS.testStep, word.span, "evidence is given for a request without a client", {
    help: `say whose it is: \`as client ID with evidence ${evidence}\``,
  });
  return null;
}

function jsonOf(json: AstJson): unknown {
  switch (json.kind) {
    case "value":
      return json.value;
    case "array":
      return json.items.map(jsonOf);
    case "object":
      return Object.fromEntries(json.members.map(({ name, value }) => [name.value, jsonOf(value)]));
  }
}
