/**
 * A challenge as its caller reads it: a member of the problem's JSON, and the same in header fields, because some proxies throw bodies
 * away. The scheme `Edge` carries all of it in `WWW-Authenticate`; proofs that a standard describes are asked for as it says.
 */
import type { ChallengeKind, Request } from "../../engine/index.ts";
import type { AnswerFault } from "./counts.ts";

/** A challenge that was posed. */
export interface PosedChallenge {
  readonly kind: ChallengeKind;
  /** The problem's member `challenge`. */
  readonly member: Readonly<Record<string, string | number>>;
  /** Parameters of the scheme `Edge`. */
  readonly parameters: string;
  /** Further header fields, names and values alternating. */
  readonly fields: readonly string[];
}

/** What is sent to be answered. */
export interface SentToken {
  readonly token: string;
  readonly bits: number;
  /** Seconds that it can be answered in. */
  readonly expires: number;
}

const HASH = "SHA-256";
const AGAIN = "send the request again with";
const HOW: Readonly<Record<ChallengeKind, string>> = {
  pow: `${AGAIN} \`Edge-Answer: TOKEN.COUNTER\`, where COUNTER is a decimal number for which the SHA-256 of TOKEN.COUNTER begins with as many zero bits as \`bits\` says`,
  nonce: `${AGAIN} \`Edge-Answer: TOKEN\``,
  dpop: `${AGAIN} an access token that is bound to a key, and a DPoP proof of that key (RFC 9449)`,
  signature: `${AGAIN} a signature of the client's key`,
  mtls: `${AGAIN} the client's certificate (mutual TLS), or an access token bound to it (RFC 8705)`,
};

/** A challenge that is answered with its token; `fault` is why the answer that the request came with was not taken, or null. */
export function poseSealed(
  kind: ChallengeKind,
  { token, bits, expires }: SentToken,
  fault: AnswerFault | null,
): PosedChallenge {
  const work = kind === "pow" ? { alg: HASH, bits } : {};
  const refused = fault === null ? {} : { refused: fault };
  const parameters = [`challenge="${kind}"`, `token="${token}"`];
  if (kind === "pow") parameters.push(`alg="${HASH}"`, `bits=${bits}`);
  parameters.push(`expires=${expires}`);
  if (fault !== null) parameters.push(`refused="${fault}"`);
  return {
    kind,
    member: { kind, token, ...work, expires, ...refused, how: HOW[kind] },
    parameters: parameters.join(", "),
    fields: [],
  };
}

/** What of a request says what else a signature of it has to cover. */
export type Signable = Pick<Request, "path" | "size" | "claims">;

/**
 * A challenge that a request meets by the proof that it carries.
 *
 * @param components - What the policy wants a signature to cover, if that is known.
 */
export function poseProof(kind: ChallengeKind, components: readonly string[], request: Signable): PosedChallenge {
  return {
    kind,
    member: { kind, how: HOW[kind] },
    parameters: `challenge="${kind}"`,
    fields: acceptSignature(kind, components, request),
  };
}

/** RFC 9421 §5.1, where a bare `created` asks for the parameter. What is asked of tokens is in `WWW-Authenticate` already. */
function acceptSignature(kind: ChallengeKind, components: readonly string[], request: Signable): readonly string[] {
  if (kind !== "signature" || components.length === 0) return [];
  const names = [...components, ...alsoCovered(components, request)];
  return ["Accept-Signature", `sig1=(${names.map((name) => `"${name}"`).join(" ")});created`];
}

const WITH_QUERY = ["@query", "@target-uri", "@request-target"];

/** What the verifier wants covered because the request has it (`identity/http-signature/verifier.ts`). */
function alsoCovered(components: readonly string[], { path, size, claims }: Signable): readonly string[] {
  const names: string[] = [];
  if (path.includes("?") && !WITH_QUERY.some((name) => components.includes(name))) names.push("@query");
  if (size > 0) names.push("content-digest");
  // Only a token has claims.
  if (claims !== null) names.push("authorization");
  return names.filter((name) => !components.includes(name));
}
