/**
 * What challenges cost the server: to pose one, to verify an answer, and to verify a pass, seen before or not, genuine or made up; beside
 * them the HMAC and the hash of the host that they rest on. And what an answer costs its caller: hashes, ours beside the host's.
 */
import { createHmac, createSecretKey, hash, randomBytes } from "node:crypto";
import { loadPolicyText } from "../dsl/index.ts";
import { makeRequest, type Request } from "../engine/index.ts";
import { type ChallengePlan, Challenges, HashSearch, planChallenges, readChallengeOptions } from "../server/index.ts";
import { type Contestant, timeInTurn } from "./measure.ts";
import type { BenchResult } from "./result.ts";
import { table } from "./table.ts";

const FULL = { steps: 500, hashes: 2_000, rounds: 300, warmUp: 40 };
const QUICK = { steps: 100, hashes: 1_000, rounds: 2, warmUp: 1 };
const NOW_MICROS = Date.UTC(2026, 0, 1) * 1_000;
/** So little work that thousands of answers are there at once; verifying one takes the same whatever it was. */
const BITS = 2;
const ROUTE = 0;
const POLICY = `policy "jobs" { default allow }
route job  = GET "/job"
route list = GET "/jobs"
rule price  on job  then challenge pow
rule listen on list then challenge nonce`;

/** What the group measures: nanoseconds each. */
export interface ChallengeFigures {
  readonly steps: number;
  readonly rounds: number;
  readonly rows: readonly { readonly what: string; readonly median: number; readonly best: number }[];
}

export function benchChallenge(quick: boolean): BenchResult<ChallengeFigures> {
  const { steps, hashes, rounds, warmUp } = quick ? QUICK : FULL;
  const contestants = [...serverSide(steps), ...floors(steps), ...callerSide(hashes)];
  const timings = timeInTurn(contestants, rounds, warmUp);
  const rows = timings.map(({ name, median, best }) => ({ what: name, median, best }));
  return {
    name: "challenge",
    title: "challenges: nanoseconds each",
    figures: { steps, rounds, rows },
    table: table(
      ["", "median", "best"],
      rows.map(({ what, median, best }) => [what, median.toLocaleString("en"), best.toLocaleString("en")]),
    ),
  };
}

/** Challenges with a secret that all instances share: an answer that one posed is verified by another, which has not seen it yet. */
function makeChallenges(): Challenges {
  const config = readChallengeOptions({ secrets: ["a secret of thirty-two characters or more"], bits: BITS });
  return new Challenges(config, () => {});
}

function planOf(): ChallengePlan {
  const { policy, diagnostics } = loadPolicyText(POLICY);
  const plan = policy === null ? null : planChallenges(policy);
  if (policy === null || plan === null)
    throw new Error(`the policy does not compile: ${diagnostics[0]?.message ?? ""}`);
  return plan;
}

function serverSide(steps: number): readonly Contestant[] {
  const plan = planOf();
  const nothing = { pass: "", fault: null };
  const maker = makeChallenges();
  const callers = Array.from({ length: steps }, (_, index) => `203.0.${index >> 8}.${index & 255}`);
  const requests = callers.map((ip) => makeRequest({ path: "/job", ip }));
  const tokens = requests.map((request) =>
    String(maker.pose(plan, "price", request, NOW_MICROS, nothing)?.member["token"]),
  );
  const answers = tokens.map(answerTo);
  const admit = (by: Challenges, index: number, shown: { answer: string; passes: string }): number => {
    const request = requests[index] as Request;
    request.passes = [];
    const { pass } = by.admit(request, shown, plan, ROUTE, NOW_MICROS);
    return pass.length + request.passes.length;
  };
  const passes = answers.map((answer, index) => {
    const { pass } = maker.admit(requests[index] as Request, { answer, passes: "" }, plan, ROUTE, NOW_MICROS);
    return pass.split(";")[0] ?? "";
  });
  if (passes.includes("")) throw new Error("an answer was not taken");
  const knowing = makeChallenges();
  passes.forEach((text, index) => admit(knowing, index, { answer: "", passes: text }));
  if (knowing.remembered.passes !== steps) throw new Error("a pass was not taken");
  const each = (run: (by: Challenges, index: number) => number, by: () => Challenges): (() => number) => {
    return () => {
      const challenges = by();
      let sum = 0;
      for (let index = 0; index < steps; index++) sum += run(challenges, index);
      return sum;
    };
  };
  const forged = passes.map((text) => text.slice(0, 24) + text.slice(0, 20));
  const wrong = answers.map((text) => `${text.slice(0, 24)}${text.slice(0, 20)}.1`);
  return [
    {
      name: "a challenge posed",
      steps,
      run: each((by, index) => {
        const posed = by.pose(plan, "price", requests[index] as Request, NOW_MICROS, nothing);
        return posed?.parameters.length ?? 0;
      }, makeChallenges),
    },
    {
      name: "an answer to pow, and its pass",
      steps,
      run: each((by, index) => admit(by, index, { answer: answers[index] ?? "", passes: "" }), makeChallenges),
    },
    {
      name: "an answer that is forged",
      steps,
      run: each((by, index) => admit(by, index, { answer: wrong[index] ?? "", passes: "" }), makeChallenges),
    },
    {
      name: "a pass, seen first",
      steps,
      run: each((by, index) => admit(by, index, { answer: "", passes: passes[index] ?? "" }), makeChallenges),
    },
    {
      name: "a pass, seen before",
      steps,
      run: each(
        (by, index) => admit(by, index, { answer: "", passes: passes[index] ?? "" }),
        () => knowing,
      ),
    },
    {
      name: "a pass that is forged",
      steps,
      run: each(
        (by, index) => admit(by, index, { answer: "", passes: forged[index] ?? "" }),
        () => knowing,
      ),
    },
  ];
}

function answerTo(token: string): string {
  for (let counter = 0; ; counter++) {
    const text = `${token}.${counter}`;
    if (Math.clz32(hash("sha256", text, "buffer").readInt32BE(0)) >= BITS) return text;
  }
}

/** What the host's own functions take for the same bytes. */
function floors(steps: number): readonly Contestant[] {
  const key = createSecretKey(randomBytes(32));
  const content = randomBytes(17);
  const binding = '["jobs",["job"]]network 203.0.113.0/24';
  const text = `${"E".repeat(44)}.12345`;
  return [
    {
      name: "HMAC-SHA-256 of node:crypto",
      steps,
      run: () => {
        let sum = 0;
        for (let step = 0; step < steps; step++) {
          sum += createHmac("sha256", key).update(content).update(binding).digest()[0] ?? 0;
        }
        return sum;
      },
    },
    {
      name: "SHA-256 of node:crypto",
      steps,
      run: () => {
        let sum = 0;
        for (let step = 0; step < steps; step++) sum += hash("sha256", text, "buffer")[0] ?? 0;
        return sum;
      },
    },
  ];
}

function callerSide(hashes: number): readonly Contestant[] {
  const token = "E".repeat(44);
  return [
    {
      name: "the caller: a hash, edgepolicy/challenge",
      steps: hashes,
      // No counter of so few has as many zeros.
      run: () => new HashSearch(token, 32).run(0, hashes),
    },
    {
      name: "the caller: a hash, node:crypto",
      steps: hashes,
      run: () => {
        let zeros = 0;
        for (let counter = 0; counter < hashes; counter++) {
          zeros += Math.clz32(hash("sha256", `${token}.${counter}`, "buffer").readInt32BE(0));
        }
        return zeros;
      },
    },
  ];
}
