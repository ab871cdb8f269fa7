/** What can be varied in a credential: its id, its age, the time it has left, and why it is refused. */
import type { Read, Request, RequestCredential } from "../../engine/index.ts";
import { START_MICROS } from "./choices.ts";
import { turningValues } from "./values.ts";
import type { Variation } from "./variations.ts";

const NOTHING_KNOWN: RequestCredential = { id: null, issued: null, expires: null };
/** Refusals that every policy may meet: an old credential and a forged one. */
const COMMON_REFUSALS: readonly string[] = ["expired", "bad_signature"];

/** A part of the credential; ages and times left are as of the usual start of tests. */
export function credentialVariation(name: string, { constants }: Read): Variation {
  if (name === "credential.id") {
    const values = turningValues("string", constants);
    return { attribute: name, values, text: false, apply: (request, id) => withPart(request, { id: textOf(id) }) };
  }
  const isAge = name === "credential.age";
  // A test's times are whole milliseconds.
  const values = turningValues("duration", constants).filter((value) => value === null || isWhole(Number(value)));
  const part = (value: number): Partial<RequestCredential> =>
    isAge ? { issued: START_MICROS - value } : { expires: START_MICROS + value };
  const none: Partial<RequestCredential> = isAge ? { issued: null } : { expires: null };
  return {
    attribute: name,
    values,
    text: false,
    apply: (request, value) => withPart(request, value === null ? none : part(Number(value))),
  };
}

/** Why the credential is refused; null where it is not. */
export function refusalVariation({ constants }: Pick<Read, "constants">): Variation {
  return {
    attribute: "identity.error",
    values: [...new Set([...constants.map(String), ...COMMON_REFUSALS]), null],
    text: false,
    apply: (request, value) => ({ ...request, identityError: textOf(value) }),
  };
}

function textOf(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function isWhole(micros: number): boolean {
  return micros >= 0 && micros % 1_000 === 0;
}

/** A credential of which nothing is known is none. */
function withPart(request: Request, part: Partial<RequestCredential>): Request {
  const credential = { ...NOTHING_KNOWN, ...request.credential, ...part };
  const known = credential.id !== null || credential.issued !== null || credential.expires !== null;
  return { ...request, credential: known ? credential : null };
}
