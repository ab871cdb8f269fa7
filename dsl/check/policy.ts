/** Checks all declarations of a policy, in the order in which they need each other. */
import type {
  Client,
  Fact,
  Table,
  Window,
  IdentitySource,
  Let,
  Limit,
  List,
  Policy,
  Route,
  Rule,
  Score,
  Settings,
  Signal,
  TrustedProxy,
} from "../../engine/index.ts";
import type { AstReloadStep, Text } from "../ast.ts";
import type { InventoryClient } from "../inventory/clients.ts";
import type { Invariant } from "../invariant.ts";
import type { Scenario } from "../scenario.ts";
import type { PolicyTest } from "../test-block.ts";
import type { CheckContext } from "./context.ts";
import type { Declarations } from "./declarations.ts";
import { CHECKER } from "./expressions.ts";
import { collectClaims } from "./claims.ts";
import { DECLARED_TYPES } from "./declared-types.ts";
import { checkFacts } from "./facts.ts";
import { collectFields } from "./fields.ts";
import { resolveGroups } from "./groups.ts";
import { checkIdentity, checkTrust } from "./identity.ts";
import { checkInvariants } from "./invariants.ts";
import { Lets } from "./lets.ts";
import { checkLimit } from "./limits.ts";
import { checkLists, type ListFiles } from "./lists.ts";
import { checkHeaders } from "./policy-headers.ts";
import type { Report } from "./report.ts";
import { checkRollouts, type Rollouts } from "./rollouts.ts";
import { checkRoutes } from "./routes.ts";
import { checkRule } from "./rules.ts";
import type { ArrivalFiles } from "./populations.ts";
import { checkScenario } from "./scenarios.ts";
import { buildScope } from "./scope.ts";
import { checkScore, checkUsed } from "./scores.ts";
import { checkSettings } from "./settings.ts";
import { checkSignal } from "./signals.ts";
import { checkTables } from "./tables.ts";
import { checkTests } from "./tests.ts";
import { enumType, STRING } from "./types.ts";
import { checkWindows } from "./windows.ts";

/** What checking needs besides the declarations themselves. */
export interface CheckInput {
  readonly declarations: Declarations;
  readonly listFiles: ListFiles;
  readonly clients: readonly InventoryClient[];
  /** False where there should be an inventory that could not be read, which is reported. */
  readonly inventoryRead: boolean;
  /** Span of the start of the main file, for what is missing altogether. */
  readonly start: Policy["rules"][number]["span"];
  /** Whether a file that an identity source names can be read; it is reported if not. */
  readonly fileExists: (path: Text) => boolean;
  /** Finds the file of a population's recorded arrivals; null where it cannot be read, which is reported. */
  readonly arrivalFile: ArrivalFiles;
  /** Finds the file of a `reload` step of a test; null where it cannot be read, which is reported. */
  readonly reload: (step: AstReloadStep) => string | null;
}

/** Everything that the policy model holds, with null for declarations that are wrong. */
export interface CheckedPolicy {
  readonly context: CheckContext;
  readonly name: string;
  readonly settings: Settings;
  readonly trust: readonly TrustedProxy[];
  readonly identity: readonly (IdentitySource | null)[];
  readonly clients: readonly Client[];
  readonly lists: readonly List[];
  readonly facts: readonly Fact[];
  readonly tables: readonly Table[];
  readonly windows: readonly Window[];
  readonly routes: readonly Route[];
  readonly lets: readonly Let[];
  readonly signals: readonly (Signal | null)[];
  readonly scores: readonly (Score | null)[];
  readonly limits: readonly (Limit | null)[];
  readonly rules: readonly (Rule | null)[];
  readonly scenarios: readonly (Scenario | null)[];
  readonly tests: readonly (PolicyTest | null)[];
  readonly invariants: readonly (Invariant | null)[];
}

/** Checks a policy. Every problem goes to the report; null where there is no `policy` declaration to check against. */
export function checkPolicy(input: CheckInput, report: Report): CheckedPolicy | null {
  const { declarations } = input;
  const header = checkHeaders(declarations, input.start, report);
  const context = buildContext(input, report);
  context.lets.checkAll(context, CHECKER);
  const invariants = checkInvariants(declarations.invariants, context);
  const settings = header === null ? null : checkSettings(header, report);
  const unavailable = settings?.unavailable ?? "closed";
  const clients = input.clients.map((one) => one.client);
  const inventory = {
    clients,
    lists: checkLists(declarations.lists, input.listFiles, report),
    tables: checkTables(declarations.tables, report),
  };
  const rollouts = checkRollouts(context);
  const checked = {
    context,
    trust: checkTrust(declarations.trusts, context),
    identity: checkIdentity(context, input.fileExists),
    ...inventory,
    facts: checkFacts(declarations.facts, report),
    windows: checkWindows(declarations.windows, report),
    routes: context.routes,
    lets: context.lets.model(),
    signals: declarations.signals.map((signal) => checkSignal(signal, context)),
    scores: declarations.scores.map((score) => checkScore(score, context)),
    limits: rolledOut(
      declarations.limits.map((limit) => checkLimit(limit, unavailable, context)),
      rollouts.limits,
    ),
    rules: rolledOut(
      declarations.rules.map((rule) => checkRule(rule, unavailable, context)),
      rollouts.rules,
    ),
    scenarios: declarations.scenarios.map((scenario) => checkScenario(scenario, { ...input, inventory }, context)),
    tests: checkTests(declarations.tests, { clients, reload: input.reload }, context),
    invariants,
  };
  checkUsed(checked.scores, checked.limits, context);
  return header === null || settings === null ? null : { ...checked, name: header.name.value, settings };
}

function buildContext({ declarations, inventoryRead }: CheckInput, report: Report): CheckContext {
  const scope = buildScope(declarations, report);
  const routes = checkRoutes(declarations.routes, report);
  const fields = collectFields(routes, declarations.routes, scope, report);
  const names = routes.map((route) => route.name);
  return {
    report,
    scope,
    declarations,
    routes,
    routeType: enumType("route", [...new Set(names)]),
    fields,
    facts: new Map(declarations.facts.map((fact) => [fact.name.text, DECLARED_TYPES.get(fact.type.text) ?? STRING])),
    claims: collectClaims(declarations, scope, report),
    groups: resolveGroups({ report, scope, declarations }),
    lets: new Lets(),
    inventoryRead,
    depth: { value: 0 },
  };
}

function rolledOut<T extends Rule | Limit>(
  checked: readonly (T | null)[],
  rollouts: Rollouts["rules"],
): readonly (T | null)[] {
  return checked.map((one, index) => {
    const rollout = rollouts.get(index);
    return one === null || rollout === undefined ? one : { ...one, rollout };
  });
}
