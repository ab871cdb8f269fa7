/** `/v1/overlays`: what changes decisions while the policy runs, in the form that `decide --overlays` reads. */
import { randomBytes } from "node:crypto";
import { fields, isOverlayError, overlayValue, parseOverlay, vainName } from "../../traffic/index.ts";
import { endsText } from "../containment/containment.ts";
import type { Held } from "../containment/overlay-book.ts";
import {
  ACT,
  type Answer,
  type Call,
  type Endpoint,
  nothingBelow,
  onlyMembers,
  onlyParameters,
  readAct,
  readEnds,
  statedText,
} from "./call.ts";
import type { AdminParts } from "./parts.ts";
import { wideNetwork } from "./wide-network.ts";

/** What an operator may call an overlay or ban. The server's own ids have a colon. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,126}$/;

export function overlaysEndpoint(parts: AdminParts): Endpoint {
  const aRule = parts.gate.view.policy.rules[0]?.name ?? "RULE";
  return {
    path: "/v1/overlays",
    get: (call) => listOverlays(parts, call),
    post: (call) => setOverlay(parts, call),
    delete: (call) => liftOverlay(parts, call),
    examples: {
      post: { author: "m.rossi", reason: "false alarms", id: "chg-8", mode: "shadow", of: aRule, for: "3d" },
      delete: { author: "m.rossi", reason: "mended", id: "chg-8" },
    },
  };
}

function listOverlays(parts: AdminParts, call: Call): Answer {
  nothingBelow(call, "/v1/overlays");
  onlyParameters(call.query, []);
  const { containment } = parts.operation;
  const overlays = containment.inForce().map((held) => heldValue(parts, held));
  return { value: { overlays, durable: containment.durable } };
}

/** An overlay in force, and what may be wrong with it. */
function heldValue({ gate }: AdminParts, { kind, overlay, setMicros }: Held): object {
  const vain = vainName(overlay, gate.view.policy);
  const warning = vain === null ? wideNetwork(overlay) : `it has no effect: ${vain}`;
  return {
    ...overlayValue(overlay),
    ends: endsText(overlay.endsMicros),
    set_by: kind === "overlay" ? "operator" : kind,
    set: new Date(setMicros / 1_000).toISOString(),
    ...(warning === null ? {} : { warning }),
  };
}

function setOverlay(parts: AdminParts, call: Call): Answer {
  const act = readAct(call);
  const endsMicros = readEnds(call.body, parts.gate.now(), null);
  const { for: _, ...stated } = call.body;
  const id = readId(call.body) ?? randomId("overlay");
  const overlay = parseOverlay({ ...stated, id, author: act.author, ends: new Date(endsMicros / 1_000).toISOString() });
  if (isOverlayError(overlay)) throw new fields.FieldProblem(overlay.field, overlay.error);
  const held = parts.operation.containment.set("overlay", { ...overlay, endsMicros }, act, "overlay.set");
  return { status: 201, value: { ...heldValue(parts, held), durable: parts.operation.containment.durable } };
}

function liftOverlay({ operation: { containment } }: AdminParts, call: Call): Answer {
  onlyMembers(call.body, [...ACT, "id"]);
  const id = idOf(call);
  const act = readAct(call);
  const isGuards = containment.inForce("guard").some(({ overlay }) => overlay.id === id);
  containment.lift(isGuards ? "guard" : "overlay", id, act, "overlay.lifted");
  return { value: { id, lifted: true, durable: containment.durable } };
}

/**
 * The id that a call states: in the path or in the body.
 *
 * @param otherwise - What may be stated in its place, with the words before.
 * @throws `FieldProblem`
 */
export function idOf({ rest, body }: Call, otherwise = ""): string {
  const [id, ...more] = rest;
  if (id !== undefined && more.length === 0) return id;
  if (body["id"] === undefined) throw new fields.FieldProblem("id", `\`id\`${otherwise} is missing`);
  return statedText(body, "id");
}

/** The id that somebody wants for what they set; null where they leave it open. @throws `FieldProblem` */
export function readId(body: Call["body"]): string | null {
  if (body["id"] === undefined) return null;
  const id = fields.text(body["id"], "id");
  if (ID.test(id)) return id;
  throw new fields.FieldProblem(
    "id",
    "`id` must be up to 127 letters, digits and . _ - and begin with a letter or digit",
  );
}

export function randomId(kind: string): string {
  return `${kind}-${randomBytes(4).toString("hex")}`;
}
