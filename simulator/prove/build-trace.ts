/** From a plan to the trace that it stands for. */
import type { Policy, Request } from "../../engine/index.ts";
import { STRANGER_NETWORKS, SourcePool } from "../networks.ts";
import { callOf, sayable } from "./callers.ts";
import { type Choices, ratesFor, START_MICROS } from "./choices.ts";
import type { Focus } from "./focus.ts";
import type { Plan, PlannedActor, PlannedStep } from "./plan.ts";
import { COUNTER, type Gap, span, type Trace, type TraceStep } from "./trace.ts";
import type { Variation } from "./variations.ts";

/** Steps that a repetition from many addresses becomes: each is a line of a test. */
const MOST_ADDRESSES = 24;
const MILLISECOND = 1_000;
/** A late answer comes just before a place frees itself, or long before. */
const LATE = [1_000_000, 59_999_000];

/** The trace that a plan stands for. */
export function traceOf(plan: Plan, choices: Choices): Trace {
  const focus = picked(choices.foci, plan.focus);
  const actors: Request[] = [];
  for (const actor of plan.actors) actors.push(requestOf(actor, actors[0], focus, choices));
  const clockMicros = picked(choices.clocks, plan.clock);
  const callers = actors.map((request) => atClock(request, clockMicros));
  const steps: TraceStep[] = [];
  let room = choices.longest;
  for (const step of plan.steps) {
    for (const each of stepsOf(step, picked(callers, step.actor), focus, choices, plan.polite)) {
      if (room <= 0) break;
      const times = Math.min(each.times, room);
      steps.push({ ...each, times });
      room -= times;
    }
  }
  return { clockMicros, steps };
}

/** Credentials are as old as was chosen when the trace begins; until here they are dated by the usual start of tests. */
function atClock(request: Request, clockMicros: number): Request {
  const { credential } = request;
  if (credential === null) return request;
  const moved = (time: number | null): number | null => (time === null ? null : time + clockMicros - START_MICROS);
  return {
    ...request,
    credential: { ...credential, issued: moved(credential.issued), expires: moved(credential.expires) },
  };
}

function picked<T>(items: readonly T[], pick: number): T {
  return items[pick % items.length]!;
}

/** The first half of the values, where the constants are, comes three times as often as the second. */
function telling<T>(values: readonly T[], pick: number): T {
  const half = Math.ceil(values.length / 2);
  return pick % 2 === 0 ? values[(pick >> 1) % half]! : values[(pick >> 1) % values.length]!;
}

/** Gives everything that can be missing a value, each another one of its telling ones. */
function fill(request: Request, variations: readonly Variation[], pick: number): Request {
  const missing = variations.filter(({ values }) => values.includes(null));
  return missing.reduce((filled, { apply, values }, index) => {
    const telling = values.slice(0, Math.ceil(values.length / 2));
    return apply(filled, picked(telling, Math.floor(pick / 3 ** (index % 7))));
  }, request);
}

function requestOf(actor: PlannedActor, first: Request | undefined, focus: Focus, choices: Choices): Request {
  const { policy, callers } = choices;
  const route = policy.routes[picked(focus.routes, actor.route)];
  const caller = picked(callers, actor.caller);
  const plain = actor.like === "nobody" || first === undefined ? callOf(route, caller, actor.method) : first;
  const called = actor.like === "first_as_another" ? { ...plain, client: null, ...caller } : plain;
  const filled = actor.fill === 0 ? called : fill(called, focus.variations, actor.fill);
  const changed = actor.changes.reduce((request, { what, value }) => {
    if (focus.variations.length === 0) return request;
    const variation = picked(focus.variations, what);
    return variation.values.length === 0 ? request : variation.apply(request, telling(variation.values, value));
  }, filled);
  return sayable(changed, policy);
}

function stepsOf(
  step: PlannedStep,
  request: Request,
  focus: Focus,
  choices: Choices,
  polite: boolean,
): readonly TraceStep[] {
  const { times, everyMicros } = rhythmOf(step, request, focus, choices, polite);
  const status = picked(focus.statuses, step.status);
  const answer = picked(focus.answers, Math.floor(step.status / focus.statuses.length));
  const respond = { ...answer, status, afterMicros: step.late && choices.late ? picked(LATE, step.status) : 0 };
  const gap = gapOf(step, focus);
  const { kind, pick } = step.differ;
  if (times > 1 && kind === "address") return fromMany({ gap, times, everyMicros, request, respond }, choices.policy);
  const varied = times > 1 && kind === "text" ? withCounter(request, focus.variations, pick) : request;
  return [{ gap, times, everyMicros, request: sayable(varied, choices.policy), respond }];
}

/** How often a step is repeated, and at which pace. */
function rhythmOf(
  { count, pace }: PlannedStep,
  { client }: Request,
  focus: Focus,
  { policy, longest }: Choices,
  polite: boolean,
): { readonly times: number; readonly everyMicros: number } {
  const own = policy.clients.find(({ id }) => id === client)?.rate ?? null;
  if (polite && own !== null) {
    const everyMicros = wholeMillis(own.perMicros / own.allow);
    return { times: count === 0 ? 1 : picked([2, own.burst, 1], count), everyMicros: pace === 0 ? 0 : everyMicros };
  }
  const rates = ratesFor(policy, client);
  const counts = [...focus.counts, ...rates.flatMap(({ burst, allow }) => [burst, burst + 1, allow, allow + 1])];
  const usable = counts.filter((each) => each <= longest);
  const paces = [...focus.paces, ...rates.map(({ allow, perMicros }) => wholeMillis(perMicros / allow))];
  return { times: count === 0 ? 1 : picked(usable, count), everyMicros: picked(paces, pace) };
}

function gapOf({ gap: { kind, pick } }: PlannedStep, focus: Focus): Gap {
  return kind === "retry"
    ? { kind, plusMicros: picked([0, -MILLISECOND, MILLISECOND], pick) }
    : span(picked(focus.gaps, pick));
}

/** One request from each of many networks, of a client from its own: an address has no room for a counter. */
function fromMany(step: TraceStep, { clients }: Policy): readonly TraceStep[] {
  const own = clients.find(({ id }) => id === step.request.client)?.networks ?? [];
  const pool = new SourcePool(own.length > 0 ? own : STRANGER_NETWORKS);
  return Array.from({ length: Math.min(step.times, MOST_ADDRESSES) }, (_, index) => ({
    ...step,
    gap: index === 0 ? step.gap : span(step.everyMicros),
    times: 1,
    everyMicros: 0,
    request: { ...step.request, ip: pool.address((index + 1) % pool.size, index) },
  }));
}

/** The request with the repetition's number in one of its texts. */
function withCounter(request: Request, variations: readonly Variation[], pick: number): Request {
  const texts = variations.filter(({ text }) => text);
  if (texts.length === 0) return request;
  const { path, headers, ...rest } = picked(texts, pick).apply(request, `x-{${COUNTER}}`);
  const spelled = (text: string): string => text.replaceAll(`%7B${COUNTER}%7D`, `{${COUNTER}}`);
  const filled = Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, spelled(value)]));
  return { ...rest, path: spelled(path), headers: filled };
}

function wholeMillis(micros: number): number {
  return Math.ceil(micros / MILLISECOND) * MILLISECOND;
}
