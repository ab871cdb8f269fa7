/** Challenges that nobody can meet, or that a thief meets as well. */
import type { AttributeName, ChallengeKind, IdentitySource, Policy, Rule, Span } from "../../engine/index.ts";
import { LINTS } from "../codes/lints.ts";
import type { LintInput } from "./input.ts";
import { readingsOf, takesEffect } from "./places.ts";

type Input = Pick<LintInput, "policy" | "report">;

/** Warns at challenges in force whose answer no identity source verifies, or that the holder of a stolen key can give. */
export function lintChallenges(input: Input): void {
  for (const rule of input.policy.rules) {
    if (rule.action.kind !== "challenge" || !takesEffect(rule.rollout)) continue;
    lintUnmet(rule.action.challenge, `the rule \`${rule.name}\``, rule.span, rule.on, input);
    lintStolen(rule, rule.action.challenge, input);
  }
  for (const { name, otherwise, rollout, span, on } of input.policy.limits) {
    if (otherwise.kind !== "challenge" || !takesEffect(rollout)) continue;
    lintUnmet(otherwise.challenge, `the limit \`${name}\``, span, on, input);
  }
}

/** Identity sources that verify the answer to a challenge. What anyone can compute needs none. */
function answers(challenge: ChallengeKind, source: IdentitySource): boolean {
  switch (challenge) {
    case "pow":
    case "nonce":
      return true;
    case "dpop":
      return source.kind === "jwt" && source.dpop !== null;
    case "mtls":
      return source.kind === "mtls";
    case "signature":
      return source.kind === "signature" || source.kind === "hmac";
  }
}

const SOURCES: Readonly<Record<ChallengeKind, string>> = {
  pow: "",
  nonce: "",
  dpop: "a `jwt` source with `dpop optional` or `dpop required`",
  mtls: "an `mtls` source",
  signature: "a `signature` or `hmac` source",
};

/** Silent without identity sources: then requests come with their evidence stated, and nothing is known of it. */
function lintUnmet(
  challenge: ChallengeKind,
  what: string,
  span: Span,
  on: Rule["on"],
  { policy, report }: Input,
): void {
  if (policy.identity.length === 0) return;
  const met = policy.identity.some((source) => answers(challenge, source) && meets(source.on, on));
  if (met) return;
  report.warning(LINTS.unmetChallenge, span, `no caller can meet the challenge \`${challenge}\` of ${what}`, {
    help: `add ${SOURCES[challenge]} to \`identity\`, or ask for what callers have`,
  });
}

function meets(one: readonly number[] | null, other: readonly number[] | null): boolean {
  return one === null || other === null || one.some((route) => other.includes(route));
}

/** What tells the places that one key is used from. */
const ORIGIN: ReadonlySet<AttributeName> = new Set<AttributeName>([
  "ip",
  "ip.network",
  "ip.asn",
  "ip.country",
  "tls.ja4",
]);

function lintStolen(rule: Rule, challenge: ChallengeKind, { policy, report }: Input): void {
  if (rule.when === null || (challenge !== "pow" && challenge !== "nonce")) return;
  const { signals } = readingsOf(rule.when, policy);
  const theft = [...signals].map((index) => policy.signals[index]).find((signal) => signal && showsTheft(signal));
  if (theft === undefined) return;
  const message = `whoever uses a stolen key answers the challenge \`${challenge}\` of the rule \`${rule.name}\` as well`;
  report.warning(LINTS.idleChallenge, rule.span, message, {
    help: "ask for what a stolen key cannot do: `challenge dpop`, `signature` or `mtls`",
    notes: [{ message: `\`${theft.name}\` tells one key in several hands`, span: theft.span }],
  });
}

/** Whether a signal watches where one client's key, or one credential, is used from. */
function showsTheft({ aggregate, keys }: Policy["signals"][number]): boolean {
  if (aggregate.kind !== "distinct" && aggregate.kind !== "novel") return false;
  const { value } = aggregate;
  const byOrigin = value.kind === "attribute" && ORIGIN.has(value.name);
  const firsts = keys.map(({ options }) => options[0]);
  return (
    byOrigin &&
    firsts.some(
      (first) => first?.kind === "attribute" && (first.name === "client.id" || first.name === "credential.id"),
    )
  );
}
