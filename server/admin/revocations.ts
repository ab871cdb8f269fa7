/** `/v1/revocations`: credentials that are refused although they verify. */
import { fields } from "../../traffic/index.ts";
import { NO_END } from "../containment/act.ts";
import { revocationValue } from "../containment/containment.ts";
import type { RevocationKind, RevocationRecord } from "../identity/revocation.ts";
import {
  ACT,
  type Answer,
  type Call,
  type Endpoint,
  onlyMembers,
  onlyParameters,
  readAct,
  readEnds,
  readLimit,
  statedText,
} from "./call.ts";
import type { AdminParts } from "./parts.ts";
import { unknownCaller } from "./unknown-caller.ts";

/** Kinds that are a part of what an issuer has, and those that stand alone. */
const OF_ISSUER: readonly RevocationKind[] = ["jti", "kid", "subject"];
const ALONE: readonly RevocationKind[] = ["client", "key"];
const MOST_SHOWN = 10_000;

export function revocationsEndpoint(parts: AdminParts): Endpoint {
  const { containment } = parts.operation;
  return {
    path: "/v1/revocations",
    get: ({ query }) => {
      onlyParameters(query, ["limit"]);
      const most = readLimit(query, 1_000, MOST_SHOWN);
      const { all } = containment.revocations;
      const revocations = all
        .slice(-most)
        .reverse()
        .map((record) => withWarning(parts, record));
      return { value: { revocations, total: all.length, durable: containment.durable } };
    },
    post: (call) => revoke(parts, call),
    delete: (call) => {
      onlyMembers(call.body, [...ACT, ...ALONE, ...OF_ISSUER, "issuer"]);
      const { kind, issuer, name } = readSubject(call.body);
      const act = readAct(call);
      const lifted = containment.unrevoke(kind, issuer, name, act);
      return { value: { ...revocationValue(lifted), lifted: true, durable: containment.durable } };
    },
    examples: {
      post: { author: "m.rossi", reason: "laptop stolen", key: "acme-sync-2025" },
      delete: { author: "m.rossi", reason: "it was found", key: "acme-sync-2025" },
    },
  };
}

function revoke(parts: AdminParts, call: Call): Answer {
  const { gate, operation } = parts;
  const { body } = call;
  onlyMembers(body, [...ACT, ...ALONE, ...OF_ISSUER, "issuer", "before", "for", "ends"]);
  const subject = readSubject(body);
  const now = gate.now();
  if (body["before"] !== undefined && subject.kind !== "client") {
    throw new fields.FieldProblem("before", "`before` goes with a `client`");
  }
  const before = body["before"] === undefined ? now : fields.time(body["before"], "before");
  const act = readAct(call);
  const record = {
    ...subject,
    beforeMicros: subject.kind === "client" ? before : null,
    author: act.author,
    reason: act.reason,
    setMicros: now,
    endsMicros: readEnds(body, now, NO_END),
  };
  operation.containment.revoke(record, act);
  return { status: 201, value: { ...withWarning(parts, record), durable: operation.containment.durable } };
}

function withWarning({ gate }: AdminParts, record: RevocationRecord): object {
  const warning = unknownCaller(gate.view.policy, record.kind, record.name);
  return { ...revocationValue(record), ...(warning === null ? {} : { warning }) };
}

interface Subject {
  readonly kind: RevocationKind;
  readonly issuer: string;
  readonly name: string;
}

/** What is revoked: a `client`, a `key`, an `issuer`, or an issuer's `jti`, `kid` or `subject`. */
function readSubject(body: Call["body"]): Subject {
  const named = [...ALONE, ...OF_ISSUER].filter((kind) => Object.hasOwn(body, kind));
  const [kind = "issuer"] = named;
  const hasIssuer = Object.hasOwn(body, "issuer");
  if (named.length > 1 || hasIssuer !== (kind === "issuer" || OF_ISSUER.includes(kind))) {
    const wanted = "one of client, key, issuer, or a jti, kid or subject with its issuer";
    throw new fields.FieldProblem(kind, `a revocation states ${wanted}`);
  }
  const issuer = hasIssuer ? statedText(body, "issuer", 1_000) : "";
  if (kind === "issuer") return { kind, issuer: "", name: issuer };
  return { kind, issuer, name: statedText(body, kind, 1_000) };
}
