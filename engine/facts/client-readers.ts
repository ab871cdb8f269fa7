/** Reads what the inventory says of the caller. Without a client all of it is missing. */
import { SlotOp } from "../layout.ts";
import type { Client } from "../policy.ts";
import type { Program } from "../program.ts";
import type { Context, Reader } from "./context.ts";
import { ownText } from "./own.ts";
import { putNumber, putSet, putText } from "./put.ts";

/** A reader of slots whose operation is one of the client's. */
export function clientReader({ slots, inventory }: Program, slot: number): Reader {
  const { clients, rates } = inventory;
  const name = slots.names[slots.a[slot]!] ?? "";
  if (slots.op[slot] === SlotOp.clientRate) {
    return (c) => {
      if (c.client < 0) return false;
      c.rates[slot] = rates[c.client]!;
      return c.rates[slot] !== null;
    };
  }
  const read = memberReader(slots.op[slot]!, slot, name);
  return (c) => c.client >= 0 && read(c, clients[c.client]!);
}

type MemberReader = (c: Context, client: Client) => boolean;

function memberReader(op: number, slot: number, name: string): MemberReader {
  switch (op) {
    case SlotOp.clientId:
      return (c, { id }) => putText(c, slot, id);
    case SlotOp.clientKind:
      return (c, { kind }) => putText(c, slot, kind);
    case SlotOp.clientStatus:
      return (c, { status }) => putText(c, slot, status);
    case SlotOp.clientTeam:
      return (c, { owner }) => putText(c, slot, owner.team);
    case SlotOp.clientAccountable:
      return (c, { owner }) => putText(c, slot, owner.accountable);
    case SlotOp.clientEnvironment:
      return (c, { environment }) => putText(c, slot, environment);
    case SlotOp.clientPlan:
      return (c, { plan }) => putText(c, slot, plan);
    case SlotOp.clientTags:
      return (c, { tags }) => putSet(c, slot, tags);
    case SlotOp.clientOperations:
      return (c, { operations }) => putSet(c, slot, operations);
    case SlotOp.clientScopes:
      return (c, { scopes }) => putSet(c, slot, scopes);
    case SlotOp.clientNetworks:
      return (c, { networks }) => putSet(c, slot, networks);
    case SlotOp.clientExpires:
      return (c, { expires }) => putNumber(c, slot, expires);
    case SlotOp.clientReviewBy:
      return (c, { reviewBy }) => putNumber(c, slot, reviewBy);
    case SlotOp.clientLabel:
      return (c, { labels }) => putText(c, slot, ownText(labels, name));
    default:
      return (c, { expect }) => Object.hasOwn(expect, name) && putNumber(c, slot, expect[name]);
  }
}
