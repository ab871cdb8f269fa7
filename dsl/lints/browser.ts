/** Controls that rest on a browser, in a policy that identifies programs. */
import type { AttributeExpr, CompareExpr, Expr, Policy, Rule } from "../../engine/index.ts";
import { walk } from "../check/walk.ts";
import { LINTS } from "../codes/lints.ts";
import type { LintInput } from "./input.ts";
import { expressionsOf, isMachineApi, readingsOf, writtenAttribute } from "./places.ts";

type Input = Pick<LintInput, "policy" | "report">;

/** Cookies that scripts of bot products set: Cloudflare, Akamai, HUMAN, DataDome, Imperva, Kasada, AWS WAF, by their documentation. */
const SCRIPT_COOKIE =
  /^(?:cf_clearance|__cf_bm|_abck|bm_sz|ak_bmsc|_px[a-z0-9]*|datadome|reese84|incap_ses_.*|visid_incap_.*|kp_uidz|aws-waf-token)$/i;

/** Headers that browsers send of themselves (Fetch Metadata, Origin, Referer, User-Agent Client Hints). */
const BROWSER_HEADER = /^(?:origin|referer|sec-fetch-.+|sec-ch-.+|sec-gpc|upgrade-insecure-requests|dnt)$/;

/** Warns at the first reading of each cookie and browser header, and at rules that refuse unknown user agents. */
export function lintBrowser({ policy, report }: Input): void {
  if (!isMachineApi(policy)) return;
  for (const read of firstReadings(policy)) {
    const name = String(read.args[0]);
    const written = writtenAttribute(read);
    if (read.name === "cookie" && SCRIPT_COOKIE.test(name)) {
      report.warning(
        LINTS.scriptCookie,
        read.span,
        `no program has the cookie \`${name}\`: a script in a browser sets it`,
        {
          help: "let programs answer something they can: `challenge pow`, `dpop`, `signature` or `mtls`",
        },
      );
    } else if (read.name === "cookie") {
      report.warning(LINTS.cookieRead, read.span, `programs send no cookies, and this policy identifies programs`, {
        help: `read \`client\`, \`evidence\` or a signal in place of \`${written}\``,
      });
    } else if (BROWSER_HEADER.test(name)) {
      report.warning(
        LINTS.browserHeader,
        read.span,
        `\`${name}\` is a browser's header, and this policy identifies programs`,
        {
          help: "any program can write it: read `client`, `evidence` or a signal",
        },
      );
    }
  }
  for (const rule of policy.rules) lintAgents(rule, policy, report);
}

/** Each header and cookie where it is read first. */
function firstReadings(policy: Policy): readonly AttributeExpr[] {
  const found = new Map<string, AttributeExpr>();
  for (const expr of expressionsOf(policy)) {
    walk(expr, (part) => {
      if (part.kind !== "attribute" || (part.name !== "header" && part.name !== "cookie")) return;
      const key = writtenAttribute(part);
      if (!found.has(key)) found.set(key, part);
    });
  }
  return [...found.values()];
}

/** A rule that refuses, by no behaviour, where the user agent is not one of some: a test of it stands under `not`, or as `!=`. */
function lintAgents(rule: Rule, policy: Policy, report: Input["report"]): void {
  const refuses = rule.action.kind === "block" || rule.action.kind === "throttle" || rule.action.kind === "challenge";
  if (!refuses || rule.when === null) return;
  const { signals, scores } = readingsOf(rule.when, policy);
  const refused = new AgentTests(policy).excluded(rule.when, false);
  if (refused === null || signals.size > 0 || scores.size > 0) return;
  report.warning(
    LINTS.agentAllowList,
    rule.span,
    `the rule \`${rule.name}\` refuses whoever does not write a known user agent`,
    {
      help: "any program writes any user agent: ask for `client` or `evidence`, or refuse the agents that are known to be bad",
      notes: [{ message: "the user agent is tested here", span: refused.span }],
    },
  );
}

/** Tests of the user agent. Each `let` is gone through once, however often others read it. */
class AgentTests {
  readonly #policy: Policy;
  readonly #seen = new Set<string>();

  constructor(policy: Policy) {
    this.#policy = policy;
  }

  /** The first test whose failure makes the condition hold. */
  excluded(expr: Expr, negated: boolean): Expr | null {
    switch (expr.kind) {
      case "not":
        return this.excluded(expr.item, !negated);
      case "and":
      case "or":
        return expr.items.map((item) => this.excluded(item, negated)).find((found) => found !== null) ?? null;
      case "let": {
        const inner = this.#first(expr.index, `condition ${negated}`);
        return inner === null ? null : this.excluded(inner, negated);
      }
      case "compare":
        return expr.op === (negated ? "==" : "!=") && this.#namesAgent(expr) ? expr : null;
      case "in":
      case "matches":
      case "contains":
      case "starts_with":
      case "ends_with":
      case "like":
        return negated && this.#readsAgent(expr.left) ? expr : null;
      default:
        return null;
    }
  }

  /** Whether a comparison is with the name of an agent; an empty or a dashed one is none. */
  #namesAgent({ left, right }: CompareExpr): boolean {
    const text = right.kind === "literal" ? right.value : "";
    return typeof text === "string" && text.length > 1 && this.#readsAgent(left);
  }

  #readsAgent(expr: Expr): boolean {
    return textsIn(expr, this.#policy).some((text) => text.name === "header" && text.args[0] === "user-agent");
  }

  /** What a `let` stands for, where it is met for the first time; else null. */
  #first(index: number, what: string): Expr | null {
    const key = `${index} ${what}`;
    if (this.#seen.has(key)) return null;
    this.#seen.add(key);
    return this.#policy.lets[index]?.expr ?? null;
  }
}

/** The attributes that a text can be. */
function textsIn(expr: Expr, { lets }: Policy): readonly AttributeExpr[] {
  const found: AttributeExpr[] = [];
  const seen = new Set<number>();
  const waiting: Expr[] = [expr];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.kind === "attribute") found.push(next);
    else if (next.kind === "default") waiting.push(...next.options);
    else if (next.kind === "let" && !seen.has(next.index)) {
      seen.add(next.index);
      const inner = lets[next.index]?.expr;
      if (inner !== undefined) waiting.push(inner);
    }
  }
  return found;
}
