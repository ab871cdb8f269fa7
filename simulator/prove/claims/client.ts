/**
 * Clients that keep to the rate that the inventory declares for them are not refused by the limits that take their rate from there, nor
 * because of what others do. A client conforms as long as its requests fit its burst and its rate (GCRA, in integers).
 */
import type { Expr, Limit, Policy, Rate } from "../../../engine/index.ts";
import type { TraceRun } from "../run-trace.ts";
import { type Claim, judged, type Violation } from "./claim.ts";

/** One claim, where a client declares a rate and a limit reads it. */
export function clientClaims(policy: Policy): readonly Claim[] {
  const rates = new Map(policy.clients.flatMap(({ id, rate }) => (rate === null ? [] : [[id, rate] as const])));
  const own = policy.limits.flatMap((limit, index) => (readsRate(limit) ? [index] : []));
  if (rates.size === 0 || own.length === 0) return [];
  return [
    {
      kind: "client",
      name: "conforming clients",
      statement:
        "a client that keeps to the rate which the inventory declares is not refused by a limit that goes by it",
      span: null,
      judge: () => ({ verdict: (run) => judged(violations(run, rates, own)) }),
    },
  ];
}

function readsRate({ amount }: Limit): boolean {
  return "rate" in amount && readsClientRate(amount.rate);
}

function readsClientRate(expr: Expr): boolean {
  if (expr.kind === "default") return expr.options.some(readsClientRate);
  return expr.kind === "attribute" && expr.name === "client.rate";
}

function* violations(
  { events }: TraceRun,
  rates: ReadonlyMap<string, Rate>,
  own: readonly number[],
): Generator<Violation | null> {
  const [first] = events;
  const clients = new Map<string, Conformance>();
  for (const [at, { atMicros, request, explanation }] of events.entries()) {
    const rate = request.client === null ? undefined : rates.get(request.client);
    if (request.client === null || rate === undefined) continue;
    const client = clients.get(request.client) ?? new Conformance(rate);
    clients.set(request.client, client);
    if (!client.sends(atMicros - (first?.atMicros ?? 0))) continue;
    const refusing = own
      .flatMap((index) => explanation.limits[index] ?? [])
      .find((each) => each.mode === "on" && each.asked && !each.admits);
    const message = `limit \`${refusing?.name ?? ""}\` refuses client \`${request.client}\`, which keeps to its rate`;
    yield refusing === undefined ? null : { event: at, message };
  }
}

/** Whether a client has kept to its rate so far. Times are multiplied by the rate's count, so that nothing is rounded. */
class Conformance {
  private readonly rate: Rate;
  private conforms = true;
  /** When all that was sent is paid off. */
  private paid = 0n;

  constructor(rate: Rate) {
    this.rate = rate;
  }

  sends(atMicros: number): boolean {
    const now = BigInt(atMicros) * BigInt(this.rate.allow);
    const per = BigInt(this.rate.perMicros);
    const ahead = this.paid > now ? this.paid - now : 0n;
    if (ahead > BigInt(this.rate.burst - 1) * per) this.conforms = false;
    this.paid = now + ahead + per;
    return this.conforms;
  }
}
