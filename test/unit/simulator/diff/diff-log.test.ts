/** Two policies on one log. */
import fc from "fast-check";
import { expect, test } from "vitest";
import { loadPolicyText } from "../../../../dsl/index.ts";
import { diffLog, type DiffSide, type LogDiff, ReplayError } from "../../../../simulator/index.ts";
import { checkAsync } from "../../../helpers/property.ts";

const HEAD = `policy "t" { default allow }
route login = POST "/login"
signal fails = count on login where response.status == 401 per ip over 5m
`;
const STRICT = `${HEAD}limit pace on login per ip allow 2 per 1m
rule stuffing on login when fails > 1 then block for 5m per ip
`;
const LOOSE = `${HEAD}limit pace on login per ip allow 2 per 1m
rule stuffing on login when fails > 3 then block for 5m per ip
`;
const POLICIES = [
  STRICT,
  LOOSE,
  HEAD,
  `${HEAD}rule slowly on login then slow 1s\nrule hushed when fails > 0 then challenge pow\n`,
  `${STRICT}rollout { stuffing shadow }\n`,
];

function side(text: string): DiffSide {
  const { policy, sources, diagnostics } = loadPolicyText(text);
  if (policy === null) throw new Error(diagnostics.map(({ message }) => message).join("\n"));
  return { policy, sources };
}

function line(at: number, ip = "192.0.2.1", status = 401, after?: string): string {
  return JSON.stringify({
    at,
    method: "POST",
    path: "/login",
    ip,
    response: { status, ...(after === undefined ? {} : { after }) },
  });
}

const logOf = (lines: readonly string[]) => [{ name: "access.log", source: lines }];

function diff(old: string, now: string, lines: readonly string[]): Promise<LogDiff> {
  return diffLog(side(old), side(now), logOf(lines), { format: "ndjson", reopen: () => logOf(lines) });
}

test("counts the verdicts that turn, by what decides, caller and route", async () => {
  const lines = [0, 5_000, 10_000, 15_000, 20_000].map((at) => line(at)).concat(line(21_000, "192.0.2.2", 200));
  const { verdicts, kind } = await diff(LOOSE, STRICT, lines);
  expect(kind).toBe("first-order");
  // LOOSE throttles from the third on; STRICT blocks, and bans.
  expect(verdicts).toMatchObject({
    ...{ requests: 6, changed: 3, newlyRefused: 0, newlyAdmitted: 0, restated: 0 },
    matrix: [
      { old: "allow", new: "allow", requests: 3 },
      { old: "throttle", new: "block", requests: 3 },
    ],
    causes: [
      { old: { by: "pace" }, new: { by: "stuffing" }, requests: 3, callers: { count: 1 }, example: { number: 3 } },
    ],
    routes: [{ name: "login", requests: 6, changed: 3 }],
    callers: [{ name: "192.0.2.1", requests: 5, changed: 3 }],
  });
});

test("explains the first request that turns, by both", async () => {
  const { first } = await diff(
    HEAD,
    STRICT,
    [0, 10_000, 20_000].map((at) => line(at)),
  );
  expect(first).toMatchObject({
    request: { number: 3, ip: "192.0.2.1", path: "/login", seed: null },
    old: { verdict: "allow", by: "" },
    new: { verdict: "block", by: "stuffing" },
    unexplained: null,
  });
  expect(first?.explanations?.old.decision).toMatchObject({ verdict: "allow" });
  expect(first?.explanations?.new.decision).toMatchObject({ verdict: "block", by: "stuffing" });
  expect(first?.explanations?.new.signals[0]).toMatchObject({ name: "fails", value: 2 });
});

test("explains a request behind many others by those whose state it reads", async () => {
  // Three thousand sign-ins from elsewhere fail between those of the caller in question.
  const others = (count: number, from: number): readonly string[] =>
    Array.from({ length: count }, (_, index) => line(from + index, `198.51.${index >> 8}.${index & 255}`));
  const lines = [line(0), ...others(2_900, 1), line(5_000), ...others(100, 5_001), line(10_000)];
  const { first } = await diff(HEAD, STRICT, lines);
  expect(first).toMatchObject({ request: { number: 3_003, ip: "192.0.2.1" }, unexplained: null });
  expect(first?.explanations?.new).toMatchObject({
    decision: { verdict: "block", by: "stuffing" },
    signals: [{ name: "fails", value: 2 }],
  });
});

test("says that what led to a decision lies too far back, rather than explain another one", async () => {
  // All share one key, so that the explaining engine forgets; the decision rests on the first request.
  const late = `signal callers = distinct(ip) on login per path over 1d
rule many on login when (header["user-agent"] ?? "") == "late" and callers > 1 then block
`;
  const lines = Array.from({ length: 5_500 }, (_, at) => line(at, at === 0 ? "192.0.2.9" : "192.0.2.1", 200));
  const last = JSON.stringify({
    at: 6_000,
    method: "POST",
    path: "/login",
    ip: "192.0.2.1",
    headers: { "user-agent": "late" },
  });
  const { first } = await diff(HEAD, `${HEAD}${late}`, [...lines, last]);
  expect(first).toMatchObject({ request: { number: 5_501 }, explanations: null });
  expect(first?.unexplained).toContain("too far back");
});

test("says why it does not explain what it can read only once", async () => {
  const lines = [0, 1, 2].map((at) => line(at));
  const { first } = await diffLog(side(HEAD), side(STRICT), logOf(lines), { format: "ndjson" });
  expect(first).toMatchObject({
    request: { number: 3 },
    explanations: null,
    unexplained: expect.stringContaining("once") as string,
  });
});

test("tells where state that both have comes to differ, and compares no state that means something else", async () => {
  const lines = [0, 5_000, 10_000, 15_000].map((at) => line(at));
  const { state } = await diff(LOOSE, STRICT, lines);
  expect(state.compared).toBe(3);
  expect(state.requests).toBe(4);
  expect(state.divergences).toMatchObject([
    { kind: "ban", name: "stuffing", line: 3, key: ["192.0.2.1"], old: "0 µs left", new: "300000000 µs left" },
  ]);
  const other = await diff(STRICT, STRICT.replace("allow 2", "allow 3").replace("for 5m", "for 6m"), lines);
  expect(other.state).toMatchObject({ compared: 1 });
});

test("each side hears the outcomes of what it lets through itself", async () => {
  const blocks = `${HEAD}rule none on login then block\n`;
  const { state } = await diff(HEAD, blocks, [line(0), line(1_000), line(2_000)]);
  expect(state.divergences).toMatchObject([{ kind: "signal", name: "fails", line: 1, old: "1", new: "0" }]);
});

test("tells which lines neither policy decided, because nobody could read them", async () => {
  const reading = { format: "ndjson", skipBad: true } as const;
  const logs = [
    { name: "first", source: [line(0)] },
    { name: "second", source: [line(1_000), "garbage", line(2_000), "{"] },
  ];
  const several = await diffLog(side(LOOSE), side(LOOSE), logs, reading);
  expect(several.caveats.at(-1)).toMatch(
    /^2 of 5 lines could not be read and were passed over.* The first is second:2: not JSON/,
  );
  const one = await diffLog(side(LOOSE), side(LOOSE), logOf([line(0), "garbage"]), reading);
  expect(one.caveats.at(-1)).toMatch(/^1 of 2 lines could not be read and was passed over.* It is line 2: not JSON/);
  const { caveats } = await diffLog(side(LOOSE), side(LOOSE), logOf([line(0)]), reading);
  expect(caveats.join()).not.toContain("could not be read");
});

test("counts what shadow rules would have done", async () => {
  const { verdicts } = await diff(
    HEAD,
    `${STRICT}rollout { stuffing shadow }\n`,
    [0, 40_000, 80_000].map((at) => line(at)),
  );
  expect(verdicts).toMatchObject({ changed: 0, shadow: [{ name: "stuffing", old: 0, new: 1 }] });
});

test("reads a client that either inventory has", async () => {
  await expect(diff(HEAD, HEAD, ['{"method":"GET","path":"/","ip":"192.0.2.1","client":"nobody"}'])).rejects.toThrow(
    ReplayError,
  );
});

const arbitraryLines = fc
  .array(
    fc.record({
      at: fc.integer({ min: 0, max: 120_000 }),
      ip: fc.constantFrom("192.0.2.1", "192.0.2.2"),
      status: fc.constantFrom(200, 401),
      after: fc.constantFrom(undefined, "1ms", "5s"),
    }),
    { maxLength: 40 },
  )
  .map((entries) => entries.map(({ at, ip, status, after }) => line(at, ip, status, after)));

test("a policy does not differ from itself, on any log", async () => {
  const holds = fc.asyncProperty(fc.constantFrom(...POLICIES), arbitraryLines, async (text, lines) => {
    const { verdicts, first, declarations, state } = await diff(text, text, lines);
    expect({ first, declarations, divergences: state.divergences }).toEqual({
      first: null,
      declarations: [],
      divergences: [],
    });
    expect(verdicts).toMatchObject({
      requests: lines.length,
      changed: 0,
      restated: 0,
      causes: [],
      routes: [],
      callers: [],
      shadow: [],
    });
  });
  await checkAsync(holds, { runs: 60 });
});

test("the difference from NEW to OLD is the mirror of that from OLD to NEW", async () => {
  const pairs = fc.tuple(fc.constantFrom(...POLICIES), fc.constantFrom(...POLICIES));
  const holds = fc.asyncProperty(pairs, arbitraryLines, async ([old, now], lines) => {
    const [there, back] = [await diff(old, now, lines), await diff(now, old, lines)];
    expect(mirrored(back)).toEqual(comparable(there));
  });
  await checkAsync(holds, { runs: 100 });
});

/** What is the same in both directions, in an order that does not depend on it. */
function comparable({ verdicts, first, state }: LogDiff) {
  const { matrix, causes, newlyRefused, newlyAdmitted, changed, restated, requests, callers, routes, shadow } =
    verdicts;
  return {
    ...{ requests, changed, restated, newlyRefused, newlyAdmitted, callers, routes },
    matrix: matrix.map((cell) => `${cell.old} ${cell.new} ${cell.requests}`).sort(),
    causes: causes.map((cause) => `${JSON.stringify([cause.old, cause.new])} ${cause.requests}`).sort(),
    shadow: shadow.map((each) => `${each.name} ${each.old} ${each.new}`).sort(),
    first: first === null ? null : [first.request, first.old, first.new],
    state: state.divergences.map((each) => `${each.kind} ${each.name} ${each.line} ${each.old} ${each.new}`).sort(),
  };
}

function mirrored({ verdicts, first, state, ...rest }: LogDiff) {
  const flip = <T extends { readonly old: unknown; readonly new: unknown }>(each: T): T => ({
    ...each,
    old: each.new,
    new: each.old,
  });
  const group = <T extends { readonly newlyRefused: number; readonly newlyAdmitted: number }>(each: T): T => ({
    ...each,
    newlyRefused: each.newlyAdmitted,
    newlyAdmitted: each.newlyRefused,
  });
  return comparable({
    ...rest,
    verdicts: {
      ...group(verdicts),
      matrix: verdicts.matrix.map(flip),
      causes: verdicts.causes.map(flip),
      shadow: verdicts.shadow.map(flip),
      callers: verdicts.callers.map(group),
      routes: verdicts.routes.map(group),
    },
    first: first === null ? null : flip(first),
    state: { ...state, divergences: state.divergences.map(flip) },
  });
}
