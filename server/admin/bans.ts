/** `/v1/bans`: who is banned, by a rule or by hand. */
import { canonicalIp, networkContains, type Overlay, type Policy, touchedState } from "../../engine/index.ts";
import { closestName, fields, isOverlayError, overlayValue, parseOverlay } from "../../traffic/index.ts";
import { ContainmentError } from "../containment/act.ts";
import type { RuleBan } from "../containment/ban-book.ts";
import { endsText } from "../containment/containment.ts";
import type { Held } from "../containment/overlay-book.ts";
import { memoryOf } from "../services.ts";
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
  readLimit,
  statedRequest,
} from "./call.ts";
import { idOf, randomId, readId } from "./overlays.ts";
import type { AdminParts } from "./parts.ts";
import { unknownCaller } from "./unknown-caller.ts";
import { wideNetwork } from "./wide-network.ts";

const MOST_SHOWN = 10_000;

export function bansEndpoint(parts: AdminParts): Endpoint {
  return {
    path: "/v1/bans",
    get: (call) => listBans(parts, call),
    post: (call) => setBan(parts, call),
    delete: (call) => liftBan(parts, call),
    examples: {
      post: {
        author: "m.rossi",
        reason: "scans for backups",
        id: "scan-7",
        ban: { network: "198.51.100.0/24" },
        for: "1h",
      },
      delete: { author: "m.rossi", reason: "it was the auditor", id: "scan-7" },
    },
  };
}

/** Bans by hand, then those that rules have set, the latest first. `kept` counts all bans that the engine keeps, also those from before. */
function listBans({ gate, operation }: AdminParts, call: Call): Answer {
  nothingBelow(call, "/v1/bans");
  const { query } = call;
  onlyParameters(query, ["client", "ip", "rule", "limit"]);
  const [client, ip, rule] = [query.get("client"), readIp(query), query.get("rule")];
  const byRules = operation.bans
    .live(gate.now())
    .filter(
      (ban) =>
        (client === null || ban.client === client) &&
        (ip === null || ban.ip === ip) &&
        (rule === null || ban.rule === rule),
    )
    .slice(0, readLimit(query, 100, MOST_SHOWN));
  const byHand = operation.containment
    .inForce("ban")
    .filter(({ overlay }) => rule === null && names(overlay, client) && holds(overlay, ip));
  const kept = memoryOf(gate.engine).find(({ kind }) => kind === "bans")?.keys ?? null;
  const bans = [...byHand.map((held) => handValue(gate.view.policy, held)), ...byRules.map(ruleValue)];
  return { value: { bans, kept, durable: operation.containment.durable } };
}

/** An address in canonical text, as bans have it; null for none. @throws `FieldProblem` */
function readIp(query: URLSearchParams): string | null {
  const text = query.get("ip");
  const ip = text === null ? null : canonicalIp(text);
  if (text === null || ip !== null) return ip;
  throw new fields.FieldProblem("ip", `\`ip\` must be an address, but is ${fields.quote(text)}`);
}

/** Whether a ban by hand is of the client that is asked for. */
function names(overlay: Overlay, client: string | null): boolean {
  if (client === null) return true;
  return "subject" in overlay && "client" in overlay.subject && overlay.subject.client === client;
}

/** Whether a ban by hand is of a network that holds the address that is asked for. */
function holds(overlay: Overlay, ip: string | null): boolean {
  if (ip === null) return true;
  return "subject" in overlay && "network" in overlay.subject && networkContains(overlay.subject.network, ip);
}

function handValue(policy: Policy, { overlay, setMicros }: Held): object {
  const { kill } = overlayValue(overlay);
  const [[kind, name] = ["", ""]] = Object.entries(kill as Readonly<Record<string, string>>);
  const { id, author, reason, endsMicros } = overlay;
  const set = new Date(setMicros / 1_000).toISOString();
  const warning = wideNetwork(overlay) ?? unknownCaller(policy, kind, name);
  const told = { id, set_by: "operator", ban: kill, author, reason, set, ends: endsText(endsMicros) };
  return warning === null ? told : { ...told, warning };
}

function ruleValue({ id, rule, ip, client, entry }: RuleBan): object {
  return { id, set_by: "rule", rule, ip, client, ends: new Date(entry.untilMicros / 1_000).toISOString() };
}

function setBan({ gate, operation }: AdminParts, call: Call): Answer {
  onlyMembers(call.body, [...ACT, "id", "ban", "for", "ends"]);
  const act = readAct(call);
  const endsMicros = readEnds(call.body, gate.now(), null);
  if (call.body["ban"] === undefined) throw new fields.FieldProblem("ban", "`ban` is missing: whom to ban");
  const ends = new Date(endsMicros / 1_000).toISOString();
  const parsed = parseOverlay({ id: "ban", author: act.author, reason: act.reason, ends, kill: call.body["ban"] });
  if (isOverlayError(parsed)) {
    throw new fields.FieldProblem(
      parsed.field.replace("kill", "ban"),
      parsed.error.replaceAll(/(?<=[`"])kill/g, "ban"),
    );
  }
  if (parsed.kind !== "kill") throw new fields.FieldProblem("ban", "`ban` must name whom to ban");
  const id = readId(call.body) ?? randomId("ban");
  const held = operation.containment.ban(id, parsed.subject, endsMicros, act);
  return { status: 201, value: { ...handValue(gate.view.policy, held), durable: operation.containment.durable } };
}

function liftBan(parts: AdminParts, call: Call): Answer {
  const { gate, operation } = parts;
  if (call.body["rule"] !== undefined) return liftOfRequest(parts, call);
  onlyMembers(call.body, [...ACT, "id"]);
  const id = idOf(call, ", or a `rule` and a `request` that its ban meets");
  const act = readAct(call);
  const { durable } = operation.containment;
  const ban = operation.bans.get(id);
  if (ban === null || ban.entry.untilMicros <= gate.now()) {
    operation.containment.lift("ban", id, act, "ban.lifted");
    return { value: { id, lifted: true, durable } };
  }
  const { rule, ip, client } = ban;
  // Written down first: a ban that is lifted without a trace is worse than one that stays.
  operation.audit.change({ ...act, event: "ban.lifted", what: { id, rule, ip, client } });
  operation.liftEntry(ban.entry);
  return { value: { id, lifted: true, durable: gate.config.state !== null } };
}

function noBanOf(rule: string, { rules }: Policy): string {
  const names = rules.map(({ name }) => name);
  if (names.includes(rule)) return `rule ${fields.quote(rule)} does not ban by what this request has`;
  const close = closestName(rule, names);
  return `the policy has no rule ${fields.quote(rule)}${close === null ? "" : `; did you mean \`${close}\`?`}`;
}

/** Lifts the ban of a rule that meets a request, also one from before the process began. */
function liftOfRequest({ gate, operation }: AdminParts, call: Call): Answer {
  onlyMembers(call.body, [...ACT, "rule", "request"]);
  const act = readAct(call);
  const rule = fields.text(call.body["rule"], "rule");
  const { policy, clients } = gate.view;
  const touched = touchedState(policy, statedRequest(call.body, clients), gate.now());
  const state = touched.find(({ kind, name }) => kind === "ban" && name === rule);
  if (state === undefined) throw new ContainmentError("missing", noBanOf(rule, policy));
  if (gate.engine.readings.ban(rule, state.keys, gate.now()) === 0) {
    throw new ContainmentError("missing", `rule ${fields.quote(rule)} has no ban that meets this request`);
  }
  const keys = state.keys.map(({ value }) => value);
  operation.audit.change({ ...act, event: "ban.lifted", what: { rule, keys } });
  operation.liftBan(rule, state.keys);
  return { value: { rule, keys, lifted: true, durable: gate.config.state !== null } };
}
