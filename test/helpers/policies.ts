/** Small policies by hand, for tests that are about one declaration. */
import type {
  AttributeName,
  Expr,
  Key,
  Limit,
  Policy,
  Rate,
  Rule,
  ScalarType,
  Signal,
  Value,
  Method,
  Route,
} from "../../engine/index.ts";
import { POLICY_FORMAT } from "../../engine/policy.ts";

const SPAN = { file: 0, start: 0, end: 0 };
const BOOL = { scalar: "bool", set: false } as const;

/** Reads an attribute of a type. */
export function attributeOf(scalar: ScalarType, name: AttributeName, ...args: (string | number)[]): Expr {
  return { kind: "attribute", type: { scalar, set: false }, span: SPAN, name, args };
}

export function literalOf(scalar: ScalarType, value: Value): Expr {
  return { kind: "literal", type: { scalar, set: Array.isArray(value) }, span: SPAN, value };
}

export function equals(left: Expr, right: Expr): Expr {
  return { kind: "compare", type: BOOL, span: SPAN, op: "==", left, right };
}

/** `header["x-kind"] ?? "" == value` */
export function kindIs(value: string): Expr {
  const header = attributeOf("string", "header", "x-kind");
  const type = { scalar: "string", set: false } as const;
  return equals(
    { kind: "default", type, span: SPAN, options: [header, literalOf("string", "")] },
    literalOf("string", value),
  );
}

export const PER_IP: readonly Key[] = [{ options: [attributeOf("ip", "ip")] }];

/** A limit per address that throttles. */
export function makeLimit(name: string, rate: Rate, parts: Partial<Limit> = {}): Limit {
  return {
    name,
    doc: "",
    span: SPAN,
    on: null,
    when: null,
    keys: PER_IP,
    amount: { kind: "gcra", rate: literalOf("rate", rate) },
    cost: null,
    otherwise: { kind: "throttle" },
    unavailable: "closed",
    refund: null,
    rollout: { mode: "on", untilMicros: null },
    stateId: name,
    wasStateId: null,
    ...parts,
  };
}

/** A rule that is on, and allows unless told otherwise. */
export function makeRule(name: string, parts: Partial<Rule> = {}): Rule {
  return {
    name,
    doc: "",
    span: SPAN,
    on: null,
    when: null,
    action: { kind: "allow" },
    because: null,
    tags: [],
    owner: null,
    sealed: false,
    unavailable: "closed",
    rollout: { mode: "on", untilMicros: null },
    ...parts,
  };
}

/** A route of one method and a path of literal segments. */
export function makeRoute(name: string, method: Method, ...texts: readonly string[]): Route {
  return {
    name,
    doc: "",
    span: SPAN,
    methods: [method],
    host: null,
    segments: texts.map((text) => ({ kind: "literal", text })),
    scopes: [],
    minEvidence: null,
    body: [],
  };
}

/** A count of every request per address. */
export function makeSignal(name: string, windowMicros: number, parts: Partial<Signal> = {}): Signal {
  return {
    name,
    doc: "",
    span: SPAN,
    aggregate: { kind: "count" },
    phase: "request",
    on: null,
    where: null,
    keys: PER_IP,
    windowMicros,
    stateId: `${name} ${windowMicros}`,
    wasStateId: null,
    ...parts,
  };
}

/** A policy that allows by default and declares what it is given, rules before limits. */
export function makePolicy(parts: Partial<Policy>): Policy {
  const { rules = [], limits = [] } = parts;
  return {
    format: POLICY_FORMAT,
    name: "by hand",
    version: "0",
    hash: "0",
    files: ["policy.edgepolicy"],
    settings: {
      owner: null,
      default: "allow",
      unavailable: "closed",
      ambiguousPaths: "block",
      refusedCredentials: "block",
      memoryBytes: 256 * 2 ** 20,
    },
    trust: [],
    identity: [],
    clients: [],
    lists: [],
    facts: [],
    tables: [],
    windows: [],
    routes: [],
    lets: [],
    signals: [],
    scores: [],
    order: [
      ...rules.map((_, index) => ({ kind: "rule" as const, index })),
      ...limits.map((_, index) => ({ kind: "limit" as const, index })),
    ],
    ...parts,
    rules,
    limits,
  };
}
