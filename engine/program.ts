/**
 * The compiled form of a policy: tables of integers and constants that the evaluator walks. Nothing in it changes but the constants
 * made of a list from a file, when the file does.
 */
import type { TestTables } from "./compile/conditions.ts";
import type { Constants, ListConstant } from "./compile/constants.ts";
import type { IndexTables } from "./compile/index-tables.ts";
import type { KeyTables } from "./compile/keys.ts";
import type { SlotTables } from "./compile/slots.ts";
import type { TextGroups } from "./compile/text-groups.ts";
import type { Needs } from "./contract.ts";
import type { Inventory } from "./facts/inventory.ts";
import type { PathAutomaton } from "./facts/path-automaton.ts";
import type { RouteTree } from "./facts/route-tree.ts";
import type { ZoneClock } from "./facts/zone-clock.ts";
import type { Policy } from "./policy.ts";
import type { CalendarClock } from "./state/calendar-clock.ts";

/** When a signal's event is recorded; the order of `SignalPhase`. */
export const RecordPhase = { request: 0, outcome: 1, served: 2 } as const;

/** What a signal measures; one for each kind of `Aggregate`. */
export const SignalKind = {
  count: 0,
  distinct: 1,
  sum: 2,
  max: 3,
  share: 4,
  steps: 5,
  interval: 6,
  novel: 7,
  elapsed: 8,
  deviation: 9,
  overflow: 10,
} as const;

export interface SignalPlan {
  /** One of `SignalKind`. */
  readonly kind: number;
  readonly phase: number;
  readonly key: number;
  /** Slot of the events' value, or -1 where they have none. */
  readonly value: number;
  /** Literal of what makes an event a hit of `share`. */
  readonly hit: number;
  /** Value of a key without events. */
  readonly empty: number;
  /** Literal of routes and `where` together. */
  readonly condition: number;
}

/** A term of a score. */
export interface TermPlan {
  readonly score: number;
  readonly points: number;
}

/** How far something is rolled out; a canary is on for some keys and in shadow for the others. */
export const Rollout = { off: 0, shadow: 1, on: 2, canary: 3 } as const;

export interface RolloutPlan {
  readonly mode: number;
  /** From then on in shadow; infinity for no end. Microseconds since the Unix epoch. */
  readonly untilMicros: number;
  /** Place in the order of declaration. */
  readonly place: number;
  /** Canaries that put it off for the keys they choose. */
  readonly replacedBy: readonly RolloutPlan[];
  /** Of a canary: slots of the key's options, the words of its name, and the bound out of 10,000 that the hash stays under. */
  readonly options: readonly number[];
  readonly name: string;
  readonly bound: number;
}

export interface LimitPlan {
  /** One of `AmountKind`. */
  readonly amount: number;
  readonly key: number;
  readonly rollout: RolloutPlan;
  /** Slot of the rate of `gcra` and `exact`, else -1. */
  readonly rate: number;
  /** Most units in a calendar unit, or leases at once. */
  readonly count: number;
  /** Longest window that a request can be asked with, of `exact` and of leases. Microseconds. */
  readonly longest: number;
  readonly calendar: CalendarClock | null;
  /** Slot of the cost, or -1 for 1. */
  readonly cost: number;
  /** Literal of what gives the charge back, or -1. */
  readonly refund: number;
  /** Place in the order of declaration. */
  readonly place: number;
}

export interface RulePlan {
  readonly rollout: RolloutPlan;
  /** Key definition of the ban, or -1. */
  readonly banKey: number;
  /** Literal of the routes that the ban holds on. */
  readonly banOn: number;
  readonly place: number;
}

/** What an entry of the pool of pending requests keeps, for the signals recorded with the outcome and for the limits that wait for it. */
export interface PendingPlan {
  readonly signals: Int32Array;
  /** Limits that take something back with the outcome: leases, and those with a refund. */
  readonly limits: Int32Array;
  /** Of each route, those without a route first: 1 where some of these signals is on it. */
  readonly awaits: Uint8Array;
  readonly keys: Int32Array;
  /** Facts kept, and where in an entry: cells of numbers for numbers and addresses, values for the rest. */
  readonly slots: Int32Array;
  readonly cells: number;
  readonly values: number;
}

export interface Program {
  readonly policy: Policy;
  readonly slots: SlotTables;
  readonly tests: TestTables;
  readonly constants: Constants;
  readonly listConstants: readonly ListConstant[];
  readonly keys: KeyTables;
  readonly index: IndexTables;
  readonly textGroups: TextGroups;
  readonly routes: RouteTree;
  /** Null where routes are told apart by host. */
  readonly paths: PathAutomaton | null;
  readonly inventory: Inventory;
  /** Clocks of the zones named, by the slots' operand. */
  readonly zones: ReadonlyMap<string, ZoneClock>;
  readonly signals: readonly SignalPlan[];
  readonly terms: readonly TermPlan[];
  /** Whether a score reads what the decision itself changes after its rules, so that it cannot be had later. */
  readonly lateScores: boolean;
  readonly limits: readonly LimitPlan[];
  readonly rules: readonly RulePlan[];
  /** Distinct key definitions of bans. */
  readonly banKeys: Int32Array;
  /** Signals recorded in step 8, those that learn then from what was let through, and those recorded when all is decided. */
  readonly served: Int32Array;
  readonly taught: Int32Array;
  readonly elapsed: Int32Array;
  readonly pending: PendingPlan;
  readonly needs: Needs;
}
