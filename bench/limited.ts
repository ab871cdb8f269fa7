/**
 * A limit by key, enforced by the enforcement point and by what one would have in its place: requests a second and CPU time a request
 * where all is let through and where all is refused, and beside them what each admits of a flood on one key against what it should. Who
 * cannot run here is left out, and the table says so. All must give the same answers first.
 */
import { compareAnswers } from "./asked.ts";
import { askInTurn, hammer, mostWithin } from "./hammer.ts";
import {
  type LimitKind,
  type LimitParty,
  type LimitStart,
  limitParties,
  mostOfKind,
  questionOf,
} from "./limit-parties.ts";
import { type LoadEffort, loadInTurn, type Measured, measureLoad, medianOf } from "./load.ts";
import { round } from "./measure.ts";
import type { RunningServer } from "./programs.ts";
import type { BenchResult } from "./result.ts";
import { table } from "./table.ts";
import { hasProgram } from "./wrk.ts";

const FULL = { seconds: 4, rounds: 5, warmUp: 2, floodMs: 9_000 };
const QUICK = { seconds: 1, rounds: 1, warmUp: 0, floodMs: 250 };
const CONNECTIONS = 64;

/** Loads by what becomes of their requests: refused are those whose key has spent its one request a minute, and one more. */
const LOADS = [
  { load: "let through", limit: { most: 1_000_000, seconds: 1 } },
  { load: "refused", limit: { most: 2, seconds: 120 } },
] as const;
/** What all must agree on: of one key so many are admitted and no more, of another still. */
const COMPARED: LimitStart = { most: 60, seconds: 3_600 };
const FLOODED: LimitStart = { most: 500, seconds: 2 };

/** What was measured of one party under one load: medians of the rounds. */
export interface LimitedRow extends Measured {
  readonly party: string;
  readonly version: string;
  readonly load: (typeof LOADS)[number]["load"];
}

/** What one party admitted of a flood on one key. */
export interface FloodRow {
  readonly party: string;
  readonly kind: LimitKind;
  readonly asked: number;
  readonly admitted: number;
  /** The most that a limit of its kind may let through in that time. */
  readonly most: number;
  /** The most in any span as long as the window. */
  readonly inAnyWindow: number;
}

/** What the group measures. */
export interface LimitedFigures {
  /** Parties that could not run, and why. */
  readonly missing: readonly { readonly party: string; readonly why: string }[];
  readonly connections: number;
  /** Empty where wrk is missing. */
  readonly rows: readonly LimitedRow[];
  readonly flood: LimitStart & { readonly floodMs: number };
  readonly floods: readonly FloodRow[];
}

export async function benchLimited(quick: boolean): Promise<BenchResult<LimitedFigures>> {
  const { floodMs, ...effort } = quick ? QUICK : FULL;
  const all = limitParties();
  const parties = all.filter(({ missing }) => missing === null);
  await compare(parties);
  const rows: LimitedRow[] = [];
  // A log of a million requests a key is no limit that anybody has; its speed is that of its kind's bound.
  const timed = parties.filter(({ name }) => !name.endsWith("exact"));
  if (hasProgram("wrk")) {
    for (const { load, limit } of LOADS) rows.push(...(await timeLoad(timed, load, limit, effort)));
  }
  const floods: FloodRow[] = [];
  for (const party of parties) floods.push(await flood(party, floodMs));
  const missing = all.flatMap(({ name, missing: why }) => (why === null ? [] : [{ party: name, why }]));
  const figures = { missing, connections: CONNECTIONS, rows, flood: { ...FLOODED, floodMs }, floods };
  return {
    name: "limited",
    title: `a limit by key, ${CONNECTIONS} connections kept alive, every server on the same core`,
    figures,
    table: tableOf(figures),
  };
}

async function withParties<T>(
  parties: readonly LimitParty[],
  limit: LimitStart,
  run: (servers: readonly RunningServer[]) => Promise<T>,
): Promise<T> {
  const servers: RunningServer[] = [];
  try {
    for (const party of parties) servers.push(await party.start(limit));
    return await run(servers);
  } finally {
    for (const server of servers) server.stop();
  }
}

// ── what all agree on ───────────────────────────────────────────────────────

async function compare(parties: readonly LimitParty[]): Promise<void> {
  const clients = [...Array.from({ length: COMPARED.most + 2 }, () => "first"), "second", "first"];
  await withParties(parties, COMPARED, async (servers) => {
    const answers = await Promise.all(
      parties.map(async (party, index) =>
        askInTurn(
          servers[index]?.port ?? 0,
          clients.map((client) => questionOf(party, client)),
          party.admits,
        ),
      ),
    );
    const expected = clients.map((client, index) => client === "second" || index < COMPARED.most);
    const told = parties.map(({ name }, index) => ({
      name,
      decide: (call: number) => answers[index]?.[call] ?? null,
    }));
    const meant = { name: "what is meant", decide: (call: number) => expected[call] ?? null };
    await compareAnswers([meant, ...told], clients.length, (call) => `request ${call}, of the ${clients[call]} client`);
  });
}

// ── speed ───────────────────────────────────────────────────────────────────

async function timeLoad(
  parties: readonly LimitParty[],
  load: LimitedRow["load"],
  limit: LimitStart,
  effort: LoadEffort,
): Promise<readonly LimitedRow[]> {
  return withParties(parties, limit, async (servers) => {
    // What is to be refused has spent its limit by the first of its answers that are kept.
    const measured = await loadInTurn(parties.length, effort, (index, seconds) =>
      measureLoad(servers[index] as RunningServer, parties[index]?.path ?? "", "limited.lua", seconds, true),
    );
    return parties.map(({ name, version }, index) => ({
      party: name,
      version,
      load,
      ...medianOf(measured[index] ?? []),
    }));
  });
}

// ── correctness ─────────────────────────────────────────────────────────────

async function flood(party: LimitParty, floodMs: number): Promise<FloodRow> {
  return withParties([party], FLOODED, async ([server]) => {
    const { asked, admittedAt } = await hammer(
      server?.port ?? 0,
      questionOf(party, "flooder"),
      party.admits,
      CONNECTIONS,
      floodMs,
    );
    return {
      party: party.name,
      kind: party.kind,
      asked,
      admitted: admittedAt.length,
      most: mostOfKind(party.kind, FLOODED, floodMs / 1_000),
      inAnyWindow: mostWithin(admittedAt, FLOODED.seconds * 1_000),
    };
  });
}

// ── for people ──────────────────────────────────────────────────────────────

function tableOf({ missing, rows, flood: { most, seconds, floodMs }, floods }: LimitedFigures): string {
  const speeds = LOADS.map(({ load }) =>
    table(
      [`all ${load}`, "version", "requests/s", "CPU a request", "p99"],
      rows
        .filter((row) => row.load === load)
        .map(({ party, version, requestsPerSecond, cpuMicrosARequest, p99 }) => [
          party,
          version,
          requestsPerSecond.toLocaleString("en"),
          `${round(cpuMicrosARequest)} µs`,
          p99,
        ]),
    ),
  );
  const counts = table(
    [
      `one key, ${most} per ${seconds} s, for ${floodMs / 1_000} s`,
      "kind",
      "asked",
      "admitted",
      "at most",
      "in any window",
    ],
    floods.map((row) => [
      row.party,
      row.kind,
      row.asked.toLocaleString("en"),
      row.admitted.toLocaleString("en"),
      row.most.toLocaleString("en"),
      row.inAnyWindow.toLocaleString("en"),
    ]),
  );
  const left = missing.map(({ party, why }) => `left out: ${party}: ${why}`);
  return [...(rows.length === 0 ? ["no speeds: wrk is not installed"] : speeds), counts, ...left].join("\n\n");
}
