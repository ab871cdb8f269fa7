/** Lines of the decision log: which decisions have one, and what stands in it. */
import type { Request } from "../../engine/index.ts";
import type { Adapter, Ruling } from "../gate.ts";
import type { PolicyView } from "../policy-view.ts";
import { readTraceparent, TRACEPARENT } from "../trace-context.ts";
import { Masks } from "./masks.ts";
import type { LogConfig } from "./options.ts";
import { isSampled } from "./sampling.ts";

export class LogLines {
  readonly #config: LogConfig;
  readonly #masks: Masks;

  constructor(config: LogConfig) {
    this.#config = config;
    this.#masks = new Masks(config.mask);
  }

  /** Whether the decision has a line. */
  has({ record, number }: Ruling): boolean {
    if (record.verdict !== 0) return true;
    return this.#config.decisions === "all" && isSampled(number, this.#config.allowsOneIn);
  }

  /** The query is left out, because credentials are found in queries. */
  lineOf(request: Request, ruling: Ruling, adapter: Adapter, view: PolicyView, nowMicros: number): string {
    const { record } = ruling;
    const { policy } = view;
    const masks = this.#masks;
    const query = request.path.indexOf("?");
    const path = query < 0 ? request.path : request.path.slice(0, query);
    return JSON.stringify({
      time: new Date(nowMicros / 1_000).toISOString(),
      id: ruling.id,
      ...this.#sample(record.verdict),
      adapter,
      method: request.method,
      path: masks.path(path, policy.routes[record.route]),
      host: request.host,
      ip: masks.ip(request.ip),
      client: masks.client(ruling.client),
      ...this.#credential(request),
      ...ruling.decision,
      ...readTraceparent(request.headers[TRACEPARENT]),
      headers: valuesOf(view.loggedHeaders, request),
    });
  }

  /** By which of a client's credentials it came: whoever changes one wants to know whether the old one is used still. */
  #credential({ credential }: Request): { readonly credential?: string } {
    const shown = this.#masks.client(credential?.id ?? null);
    return shown === null ? {} : { credential: shown };
  }

  /** How many decisions the line stands for, where not each has one. */
  #sample(verdict: number): { readonly sample?: number } {
    const { allowsOneIn } = this.#config;
    return allowsOneIn === 1 ? {} : { sample: verdict === 0 ? allowsOneIn : 1 };
  }
}

function valuesOf(names: readonly string[], { headers }: Request): Readonly<Record<string, string>> {
  const values: Record<string, string> = {};
  for (const name of names) {
    const value = headers[name];
    if (value !== undefined) values[name] = value;
  }
  return values;
}
