/**
 * Access logs of AWS's load balancers for HTTP (docs.aws.amazon.com, "Access logs for your Application Load Balancer"; the classic ones are the
 * same without the type in front and without what stands behind the user agent). Sizes count heads too, so that of a request's body is not told.
 */
import { Addresses } from "./addresses.ts";
import { looseNumber, looseStatus } from "./json-line.ts";
import { agentAndReferer, type LineReader, type LineReading, loggedRecord, loggedRequest } from "./line-reading.ts";
import { Rfc3339Times } from "./log-times.ts";
import { originForm } from "./origin-form.ts";
import { RequestLineReader } from "./request-line.ts";

const TYPE = /^(?:https?|h2|grpcs?|wss?) /;
const TIME = /^\d{4}-\d\d-\d\dT/;
/** From the balancer's name to the bytes sent: the target, three times that processing took, two statuses. */
const HEAD = /^\S+ (\S+) \S+ (\S+) (\S+) (\S+) (\S+) \S+ \d+ (\d+) "/;
/** Where the words before the request end at the latest. */
const LONGEST_HEAD = 2_048;
/** Behind the agent: cipher, protocol, target group, trace, domain, certificate, priority, and when the request came. */
const CREATED = /^ \S+ \S+ \S+ "[^"]*" "[^"]*" "[^"]*" \S+ (\d{4}-\S+)/;

/** Reads lines of a load balancer of AWS. */
export class ElbLog implements LineReader {
  readonly #times = new Rfc3339Times();
  readonly #addresses = new Addresses();
  readonly #request = new RequestLineReader();

  read(line: string): LineReading {
    const text = line.replace(TYPE, "");
    if (!TIME.test(text))
      return "the line does not begin with a type and a time, like `https 2026-03-04T09:00:01.000000Z`";
    const blank = text.indexOf(" ");
    const answered = this.#times.read(text.slice(0, Math.max(0, blank)));
    if (answered === null) return `no such time: ${text.slice(0, 40)}`;
    const rest = text.slice(blank + 1);
    const head = HEAD.exec(rest.slice(0, LONGEST_HEAD));
    if (head === null) return "no caller, times, statuses and sizes before the request's quotes";
    const [{ length }, peer = "", ...numbers] = head;
    const ip = this.#addresses.readPeer(peer);
    if (ip === null) return "no address of a caller behind the load balancer's name";
    const request = quoted(rest, length - 1);
    if (request === null) return "the request's quotes do not open or do not close";
    const agent = quoted(rest, request.end + 1);
    const created = CREATED.exec(rest.slice(agent?.end ?? request.end, (agent?.end ?? 0) + LONGEST_HEAD))?.[1];
    this.#request.read(request.text);
    const { path, host } = originForm(this.#request.path);
    const headers = agentAndReferer(agent === null || agent.text === "-" ? "" : agent.text, "");
    const asked = loggedRequest(this.#request.method, path, host, ip, headers);
    const latency = took(numbers);
    const at = (created === undefined ? null : this.#times.read(created)) ?? Math.max(0, answered - latency);
    const status = looseStatus(numbers[3]);
    // `-`: the caller went away before there was an answer.
    if (status === null) return { request: asked, at, response: null };
    return loggedRecord(asked, at, status, looseNumber(numbers[4]) ?? 0, latency);
  }
}

/** Microseconds that the request, its target and the answer took; each is -1 where it did not come to that. */
function took(seconds: readonly string[]): number {
  const all = seconds.slice(0, 3).reduce((sum, each) => sum + Math.max(0, Number(each) || 0), 0);
  return all < 1e9 ? Math.round(all * 1e6) : 0;
}

/** The quoted text that begins at `start`, and where what is behind it begins; null where there is none. Quotes within are escaped. */
function quoted(text: string, start: number): { readonly text: string; readonly end: number } | null {
  if (text[start] !== '"') return null;
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === "\\" ? 2 : 1;
  return at < text.length ? { text: text.slice(start + 1, at), end: at + 1 } : null;
}

/** Whether a line may be one of a load balancer. */
export function looksLikeElb(line: string): boolean {
  return TYPE.test(line) || TIME.test(line) ? typeof new ElbLog().read(line) !== "string" : false;
}
