/** Requests of access logs, as they are kept until their turn comes. */
import type { Request } from "../engine/index.ts";
import { agentAndReferer, loggedRequest, loggedResponse } from "./line-reading.ts";
import type { RequestRecord, ResponseRecord } from "./request-record.ts";

/**
 * What a line of an access log says, in one object: tens of thousands are held at a time to be put in order, and to the collector of garbage
 * every object is work, however small. Request and response are made when they are asked for, and anew each time: who writes into a request
 * takes the record of {@link asMade}.
 */
export class LoggedLine implements RequestRecord {
  readonly at: number;
  readonly #method: string;
  readonly #path: string;
  readonly #host: string;
  readonly #ip: string;
  readonly #agent: string;
  readonly #referer: string;
  readonly #status: number;
  readonly #size: number;

  constructor(
    at: number,
    method: string,
    path: string,
    host: string,
    ip: string,
    agent: string,
    referer: string,
    status: number,
    size: number,
  ) {
    this.at = at;
    this.#method = method;
    this.#path = path;
    this.#host = host;
    this.#ip = ip;
    this.#agent = agent;
    this.#referer = referer;
    this.#status = status;
    this.#size = size;
  }

  get request(): Request {
    const headers = agentAndReferer(this.#agent, this.#referer);
    return loggedRequest(this.#method, this.#path, this.#host, this.#ip, headers);
  }

  get response(): ResponseRecord {
    return loggedResponse(this.#status, this.#size, 0);
  }
}

/** A record with its request and response, which are its own from now on. */
export function asMade({ request, at, response }: RequestRecord): RequestRecord {
  return { request, at, response };
}
