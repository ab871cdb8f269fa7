/**
 * A real rule set of a firewall as conditions on requests: source and destination network, destination ports and protocol, as
 * ClassBench has it (Taylor and Turner, 2007). It lies beside the project and is left out where it is not there.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Request } from "../engine/index.ts";
import type { RuleSet } from "./rule-sets.ts";

const FILE = join(import.meta.dirname, "../../shared/data/acl/classbench-acl1.rules.txt");

interface Network {
  readonly text: string;
  readonly base: number;
  readonly last: number;
}

interface AclRule {
  readonly source: Network;
  readonly target: Network;
  readonly port: readonly [least: number, most: number];
  /** Null for any. */
  readonly protocol: number | null;
}

/** Where a packet goes from and to. */
interface Point {
  readonly source: number;
  readonly target: number;
  readonly port: number;
  readonly protocol: number;
}

/** The rule set; null where the file is not there. Rules that the ones before leave nothing to decide are left out. */
export function aclRules(): RuleSet | null {
  if (!existsSync(FILE)) return null;
  const rules = decidingRules(readFileSync(FILE, "utf8").trim().split("\n").map(parseRule));
  return {
    kind: "acl",
    most: rules.length,
    declare: () =>
      'fact target : ip from header "x-target"\nfact port : int from header "x-port"\nfact protocol : int from header "x-protocol"',
    condition: (index) => conditionOf(rules[index]?.rule),
    request: (index) => requestOf(rules[index]?.point ?? NOWHERE),
  };
}

/** A line of the file: `@source target sports dports protocol flags`. */
function parseRule(line: string): AclRule {
  const [source = "", target = "", , ports = "", protocol = ""] = line.slice(1).split("\t");
  const [least = 0, most = 0] = ports.split(" : ").map(Number);
  const [value = "", mask = ""] = protocol.split("/");
  return {
    source: parseNetwork(source),
    target: parseNetwork(target),
    port: [least, most],
    protocol: Number(mask) === 0 ? null : Number(value),
  };
}

function parseNetwork(text: string): Network {
  const [address = "", length = "32"] = text.split("/");
  const size = 2 ** (32 - Number(length));
  const base = address.split(".").reduce((sum, byte) => sum * 256 + Number(byte), 0);
  return { text, base, last: base + size - 1 };
}

/** The rules that decide some request, each with one that it decides. */
function decidingRules(rules: readonly AclRule[]): readonly { readonly rule: AclRule; readonly point: Point }[] {
  const kept: AclRule[] = [];
  return rules.flatMap((rule) => {
    const point = cornersOf(rule).find((corner) => !kept.some((earlier) => holds(earlier, corner)));
    if (point === undefined || holds(rule, NOWHERE)) return [];
    kept.push(rule);
    return [{ rule, point }];
  });
}

function cornersOf({ source, target, port, protocol }: AclRule): readonly Point[] {
  const corners: Point[] = [];
  for (const from of [source.base, source.last]) {
    for (const to of [target.base, target.last]) {
      for (const number of port) {
        corners.push({ source: from, target: to, port: number, protocol: protocol ?? OTHER_PROTOCOL });
      }
    }
  }
  return corners;
}

const OTHER_PROTOCOL = 47;
/** What no rule is about. */
const NOWHERE: Point = { source: 0, target: 0, port: 0, protocol: 254 };

function holds({ source, target, port: [least, most], protocol }: AclRule, point: Point): boolean {
  const places = point.source >= source.base && point.source <= source.last;
  const targets = point.target >= target.base && point.target <= target.last;
  const ports = point.port >= least && point.port <= most;
  return places && targets && ports && (protocol === null || protocol === point.protocol);
}

function conditionOf(rule: AclRule | undefined): string {
  if (rule === undefined) throw new Error("there is no such rule");
  const { source, target, port, protocol } = rule;
  const parts = [
    `ip in ${source.text}`,
    `has target and target in ${target.text}`,
    `port ?? 0 >= ${port[0]} and port ?? 0 <= ${port[1]}`,
    ...(protocol === null ? [] : [`protocol ?? 0 == ${protocol}`]),
  ];
  return `when ${parts.join(" and ")}`;
}

function requestOf({ source, target, port, protocol }: Point): Partial<Request> {
  return { ip: addressOf(source), facts: { target: addressOf(target), port, protocol } };
}

function addressOf(number: number): string {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 255).join(".");
}
