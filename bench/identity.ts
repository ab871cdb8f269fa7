/**
 * What an access token takes: one that is remembered, one that is seen for the first time, by algorithm, and a DPoP proof beside it. All
 * on one core and without a socket.
 */
import { Proofs, ReplayStore } from "../server/index.ts";
import { claims, keySetOf, makePair, NOW, prove, sign, thumbprint, tokenServer } from "../test/helpers/tokens.ts";
import { type Contestant, timeInTurn, type Timing } from "./measure.ts";
import type { BenchResult } from "./result.ts";
import { table } from "./table.ts";

const FULL = { rounds: 30, warmUp: 5, steps: 1_000 };
const QUICK = { rounds: 2, warmUp: 1, steps: 20 };
const ALGORITHMS = ["ES256", "EdDSA", "PS256", "RS256"];

/** A token that is remembered, or two that each push the other out. */
async function tokenContestant(alg: string, first: boolean, steps: number): Promise<Contestant> {
  const pair = await makePair(alg, "k1");
  const files = { "keys.json": keySetOf(pair) };
  const server = tokenServer({ files, tokens: { rememberedMax: first ? 1 : 10_000 } });
  const headers = await Promise.all(
    ["a", "b"].map(async (jti) => ({ authorization: `Bearer ${await sign(pair, claims({ jti }))}` })),
  );
  const run = (): number => {
    let named = 0;
    for (let step = 0; step < steps; step++) {
      const asked = server.ask(headers[step & 1] ?? {});
      if (!(asked instanceof Promise) && asked.client === "acme") named++;
    }
    if (named !== steps) throw new Error(`${steps - named} of ${steps} tokens were refused`);
    return named;
  };
  return { name: first ? `first verification, ${alg}` : "remembered token", steps, run };
}

/** Proofs that are each shown once in a round. */
async function proofContestant(steps: number): Promise<Contestant> {
  const holder = await makePair("ES256", "h");
  const [token, jkt] = ["a.b.c", await thumbprint(holder)];
  const proofs = await Promise.all(Array.from({ length: steps }, async () => prove(holder, token)));
  const subject = { method: "GET", target: "/v1/orders", origins: ["https://api.example.com"], token, jkt };
  const run = (): number => {
    const judge = new Proofs({
      replays: new ReplayStore({ most: steps, mostOfOwner: steps }),
      nonces: null,
      skewSeconds: 60,
    });
    const refused = proofs.filter((proof) => judge.problemOf(proof, subject, NOW) !== null);
    if (refused.length > 0) throw new Error(`${refused.length} of ${steps} proofs were refused`);
    return steps;
  };
  return { name: "DPoP proof, ES256", steps, run };
}

export async function benchIdentity(quick: boolean): Promise<BenchResult> {
  const { rounds, warmUp, steps } = quick ? QUICK : FULL;
  const contestants = [
    await tokenContestant("ES256", false, steps * 10),
    ...(await Promise.all(ALGORITHMS.map(async (alg) => tokenContestant(alg, true, steps)))),
    await proofContestant(steps),
  ];
  const timings = timeInTurn(contestants, rounds, warmUp);
  return {
    name: "identity",
    title: "Access tokens, microseconds each",
    figures: { timings },
    table: table(["", "median", "best"], timings.map(rowOf)),
  };
}

function rowOf({ name, median, best }: Timing): readonly string[] {
  return [name, (median / 1_000).toFixed(1), (best / 1_000).toFixed(1)];
}
