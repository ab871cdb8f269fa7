/**
 * Policies of many rules, each of which one request meets: by route, client, network, header, scope, number range, text in one of
 * several ways, or all of it; and by what is hard to index: ranges that overlap, long lists, negations, what a signal reads.
 */
import { aclRules } from "./acl.ts";
import { loadPolicyText } from "../dsl/index.ts";
import type { Policy, Request } from "../engine/index.ts";
import { makeRequest } from "../engine/index.ts";

/** How the rules of a policy tell requests apart. */
export interface RuleSet {
  readonly kind: string;
  /** How many rules there are at most; left out, as many as one likes. */
  readonly most?: number;
  /** Declarations before the rules. */
  readonly declare: (count: number) => string;
  /** What stands between the name of rule `index` and its action. */
  readonly condition: (index: number) => string;
  /** A request that meets rule `index` and no other; an index past the last one meets none. */
  readonly request: (index: number) => Partial<Request>;
}

const nothing = (): string => "";

/** The ways of mixed rules: so many routes and header values, each with each, and a network and a range besides. */
const MIXED_ROUTES = 20;
const MIXED_VALUES = 25;

/** What texts of one set begin with, so that one repetition of it nearly is all of them. */
const REPEATED = "-t".repeat(16);

const SETS: readonly RuleSet[] = [
  {
    kind: "route",
    declare: (count) => each(count, (index) => `route p${index} = GET "/s${index}/{id}"`),
    condition: (index) => `on p${index}`,
    request: (index) => ({ path: `/s${index}/17` }),
  },
  {
    kind: "client",
    declare: (): string => 'clients from "clients.yaml"',
    condition: (index) => `when has client and client.id == "c${index}"`,
    request: (index) => ({ client: `c${index}` }),
  },
  {
    kind: "network",
    declare: nothing,
    condition: (index) => `when ip in ${network(index)}.0/24`,
    request: (index) => ({ ip: `${network(index)}.9` }),
  },
  {
    kind: "header",
    declare: nothing,
    condition: (index) => `when header["x-tool"] ?? "" == "t${index}"`,
    request: (index) => ({ headers: { "x-tool": `t${index}`, accept: "*/*" } }),
  },
  {
    kind: "range",
    declare: nothing,
    condition: (index) => `when body.size >= ${index * 10}B and body.size < ${index * 10 + 10}B`,
    request: (index) => ({ method: "POST", size: index * 10 + 5 }),
  },
  {
    kind: "prefix",
    declare: nothing,
    condition: (index) => `when path.raw starts_with "/w${index}/"`,
    request: (index) => ({ path: `/w${index}/deep/er` }),
  },
  {
    kind: "scope",
    declare: nothing,
    condition: (index) => `when has token.scopes and "s${index}" in token.scopes`,
    request: (index) => ({ evidence: "bearer_token", scopes: ["openid", `s${index}`] }),
  },
  {
    kind: "contained text",
    declare: nothing,
    condition: (index) => `when header["x-tool"] ?? "" contains "-t${index}-"`,
    // The texts that are looked for begin alike, and so does what is looked through.
    request: (index) => ({ headers: { "x-tool": `-t-t1x-t${index}x-t${index}-t` } }),
  },
  {
    kind: "repetitive text",
    declare: nothing,
    condition: (index) => `when header["x-tool"] ?? "" contains "${REPEATED}${index}-"`,
    // Almost a match at every other place, and as often a step back.
    request: (index) => ({ headers: { "x-tool": `${"-t".repeat(512)}${index}-` } }),
  },
  {
    kind: "glob",
    declare: nothing,
    condition: (index) => `when header["x-tool"] ?? "" like "*-t${index}-*x"`,
    request: (index) => ({ headers: { "x-tool": `-t-t1x-t${index}x-t${index}-tx` } }),
  },
  {
    kind: "pattern",
    declare: nothing,
    condition: (index) => `when header["x-tool"] ?? "" matches /-t${index}-[a-z]+[0-9]$/`,
    request: (index) => ({ headers: { "x-tool": `-t-t1x-t${index}x-t${index}-tool7` } }),
  },
  {
    kind: "pattern of either case",
    declare: nothing,
    condition: (index) => `when header["x-tool"] ?? "" matches /tool${index}-[a-z]+[0-9]$/i`,
    request: (index) => ({ headers: { "x-tool": `-tool-tool1x-tool${index}x-Tool${index}-T7` } }),
  },
  {
    kind: "mix",
    declare: () => each(MIXED_ROUTES, (index) => `route p${index} = POST "/m${index}/{id}"`),
    condition: (index) => {
      const { route, value, rest, size } = mixed(index);
      const sizes = `body.size >= ${size}B and body.size < ${size + 10}B`;
      return `on p${route} when ip in ${network(rest)}.0/24 and header["x-tool"] ?? "" == "t${value}" and ${sizes}`;
    },
    request: (index) => {
      const { route, value, rest, size } = mixed(index);
      const headers = { "x-tool": `t${value}`, accept: "*/*" };
      return { method: "POST", path: `/m${route}/17`, ip: `${network(rest)}.9`, headers, size: size + 5 };
    },
  },
  {
    kind: "overlap",
    declare: () => 'fact depth : int from header "x-depth"',
    // Of two numbers every rule holds for half the values of each, and only one for both.
    condition: (index) => `when body.size >= ${index * 10}B and depth ?? 0 <= ${index * 10}`,
    request: (index) => ({ method: "POST", size: index * 10, facts: { depth: index * 10 } }),
  },
  {
    kind: "list",
    declare: () => each(LISTS, (list) => `list l${list} : string = [${members(list)}]`),
    condition: (index) => {
      const size = Math.floor(index / LISTS) * 10;
      return `when header["x-tool"] ?? "" in l${index % LISTS} and body.size >= ${size}B and body.size < ${size + 10}B`;
    },
    request: (index) => ({
      method: "POST",
      headers: { "x-tool": `l${index % LISTS}m${index % MEMBERS}`, accept: "*/*" },
      size: Math.floor(index / LISTS) * 10 + 5,
    }),
  },
  {
    kind: "negation",
    declare: () => DIGITS.map((digit) => `list not${digit} : string = [${allBut(digit)}]`).join("\n"),
    condition: (index) => {
      const parts = digits(index).map((digit, place) => `header["x-d${place}"] ?? "" not in not${digit}`);
      return `when ${parts.join(" and ")}`;
    },
    request: (index) => ({
      headers: Object.fromEntries(digits(index).map((digit, place) => [`x-d${place}`, digit])),
    }),
  },
  {
    kind: "signal",
    declare: () => "signal largest = max(body.size) per ip over 1m",
    condition: (index) => `when largest >= ${index * 10}B and largest < ${index * 10 + 10}B`,
    request: (index) => ({ method: "POST", ip: `${network(index)}.9`, size: index * 10 + 5 }),
  },
];

/** Lists, and members of each: more than filing under each member could copy. */
const LISTS = 50;
const MEMBERS = 300;

function members(list: number): string {
  return Array.from({ length: MEMBERS }, (_, index) => `"l${list}m${index}"`).join(", ");
}

const DIGITS = ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;
const NO_DIGIT = "none";

/** Four digits of an index; past the last that has so many, what stands for none of them. */
function digits(index: number): readonly string[] {
  const text = String(index);
  return text.length > 4 ? Array<string>(4).fill(NO_DIGIT) : text.padStart(4, "0").split("");
}

function allBut(digit: string): string {
  return [...DIGITS, NO_DIGIT]
    .filter((each) => each !== digit)
    .map((each) => `"${each}"`)
    .join(", ");
}

const acl = aclRules();

/** All sets; the real one where it is there. */
export const RULE_SETS: readonly RuleSet[] = acl === null ? SETS : [...SETS, acl];

interface Mixed {
  readonly route: number;
  readonly value: number;
  readonly rest: number;
  readonly size: number;
}

function mixed(index: number): Mixed {
  const rest = Math.floor(index / (MIXED_ROUTES * MIXED_VALUES));
  const value = Math.floor(index / MIXED_ROUTES) % MIXED_VALUES;
  return { route: index % MIXED_ROUTES, value, rest, size: (index % 7) * 10 };
}

/** Sizes of a set, up to as many rules as it has. */
export function sizesOf({ most = Number.POSITIVE_INFINITY }: RuleSet, counts: readonly number[]): readonly number[] {
  return [...new Set(counts.map((count) => Math.min(count, most)))];
}

/** Rules in a file: more would make it larger than a file may be. */
const RULES_A_FILE = 5_000;

/** The policy of `count` rules of a kind, each blocking what meets it. */
export function policyOf({ declare, condition }: RuleSet, count: number): Policy {
  const rule = (index: number): string => `rule r${index} ${condition(index)} then block`;
  const files = Array.from({ length: Math.ceil(count / RULES_A_FILE) }, (_, file): [string, string] => {
    const first = file * RULES_A_FILE;
    const text = each(Math.min(RULES_A_FILE, count - first), (index) => rule(first + index));
    return [`rules-${file}.edgepolicy`, `${text}\n`];
  });
  const imports = files.map(([name]) => `import "${name}"`).join("\n");
  const text = `policy "p" {\n  default allow\n}\n${imports}\n${declare(count)}\n`;
  const { policy, diagnostics } = loadPolicyText(text, { "clients.yaml": INVENTORY, ...Object.fromEntries(files) });
  const error = diagnostics.find(({ severity }) => severity === "error");
  if (policy === null) throw new Error(`the policy of ${count} rules does not compile: ${error?.message ?? ""}`);
  // One client more than rules, for the request that meets none.
  const clients = policy.clients.flatMap((client) =>
    Array.from({ length: count + 1 }, (_, index) => ({ ...client, id: `c${index}` })),
  );
  return { ...policy, clients };
}

/** The request that meets rule `index` of a set. */
export function requestFor(set: RuleSet, index: number): Request {
  return makeRequest({ ip: "192.0.2.1", path: "/", ...set.request(index) });
}

function each(count: number, line: (index: number) => string): string {
  return Array.from({ length: count }, (_, index) => line(index)).join("\n");
}

/** First three bytes of a /24 of its own, from 11.0.0.0 on. */
function network(index: number): string {
  return `${11 + (index >> 16)}.${(index >> 8) & 255}.${index & 255}`;
}

/** One client; the others are copies of it, because reading a great inventory is not what is measured. */
const INVENTORY = `teams:
  - { id: t, contact: "mailto:t@example.com", people: [a] }
people:
  - { id: a, active: true }
clients:
  - { id: c0, kind: service, purpose: bench, owner: { team: t, accountable: a }, environment: prod, status: active, expires: 2030-01-01, review_by: 2029-01-01, plan: p, operations: ["*"] }
`;
