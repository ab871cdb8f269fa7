/**
 * Events of AWS CloudTrail (docs.aws.amazon.com, "CloudTrail record contents"). They record calls of APIs, not HTTP, so a request is made of
 * each: `GET /s3/GetObject` where the call only reads, `POST /ec2/RunInstances` where it does not, at the host of the service, with the access
 * key as credential, `userIdentity` as claims and `requestParameters` as body; and the status that the error stands for.
 */
import { isDeeper, MOST_LEVELS } from "./fields.ts";
import { Addresses } from "./addresses.ts";
import { isObject, lacks, looseCount, looseText, looseTime, type Members, parseObject } from "./json-line.ts";
import { type LineReader, type LineReading, loggedRecord, loggedRequest, agentAndReferer } from "./line-reading.ts";
import { Rfc3339Times } from "./log-times.ts";

/** Reads events of CloudTrail. Calls that a service of AWS made have no address: they are of the format and stand for no request. */
export class CloudTrailLog implements LineReader {
  readonly #times = new Rfc3339Times();
  readonly #addresses = new Addresses();

  read(line: string): LineReading {
    const event = parseObject(line);
    if (typeof event === "string") return event;
    const at = looseTime(event["eventTime"], this.#times);
    const [source, name] = [looseText(event["eventSource"]), looseText(event["eventName"])];
    if (at === null) return lacks("eventTime", "a time as RFC 3339 writes it");
    if (source === "" || name === "") return lacks(source === "" ? "eventSource" : "eventName", "a text");
    const ip = this.#addresses.read(looseText(event["sourceIPAddress"]));
    if (ip === null) return null;
    const method = isReading(event, name) ? "GET" : "POST";
    const path = `/${source.split(".", 1)[0] ?? ""}/${name}`;
    const request = loggedRequest(
      method,
      path,
      hostOf(event, source),
      ip,
      agentAndReferer(looseText(event["userAgent"]), ""),
    );
    const identity = shallow(event["userIdentity"]);
    const key = looseText(identity?.["accessKeyId"]);
    if (key !== "") request.credential = { id: key, issued: null, expires: null };
    request.claims = identity;
    request.body = shallow(event["requestParameters"]) ?? undefined;
    const transferred = shallow(event["additionalEventData"]);
    request.size = looseCount(transferred?.["bytesTransferredIn"]);
    return loggedRecord(request, at, statusOf(event), looseCount(transferred?.["bytesTransferredOut"]), 0);
  }
}

function hostOf(event: Members, source: string): string {
  const tls = event["tlsDetails"];
  return (isObject(tls) ? looseText(tls["clientProvidedHostHeader"]) : "") || source;
}

function isReading(event: Members, name: string): boolean {
  if (typeof event["readOnly"] === "boolean") return event["readOnly"];
  return /^(?:Get|List|Describe|Head|Lookup|Batch(?:Get|Describe))/.test(name);
}

/** An object that is not nested deeper than facts and claims may be; null for anything else. */
function shallow(value: unknown): Members | null {
  return isObject(value) && !isDeeper(value, MOST_LEVELS) ? value : null;
}

/** Statuses of error codes: services name theirs differently, and these are parts that most share. */
const ERRORS: readonly (readonly [RegExp, number])[] = [
  [/throttl|LimitExceeded|TooManyRequests|SlowDown/i, 429],
  [/AccessDenied|Unauthorized|Forbidden|OptInRequired/i, 403],
  [
    /AuthFailure|InvalidClientTokenId|ExpiredToken|SignatureDoesNotMatch|UnrecognizedClient|Failed authentication/i,
    401,
  ],
  [/NoSuch|NotFound|NotExist/i, 404],
  [/AlreadyExists|Conflict/i, 409],
  [/Unavailable/i, 503],
  [/Internal/i, 500],
];

function statusOf(event: Members): number {
  const code = looseText(event["errorCode"]).slice(0, 256);
  const answer = event["responseElements"];
  // A failed sign-in at the console need not have an error's code.
  if (isObject(answer) && answer["ConsoleLogin"] === "Failure") return 401;
  if (code === "") return looseText(event["errorMessage"]) === "" ? 200 : 400;
  return ERRORS.find(([part]) => part.test(code))?.[1] ?? 400;
}

/** Whether a JSON object looks like an event of CloudTrail. */
export function looksLikeCloudTrail(event: Members): boolean {
  return "eventSource" in event && "eventName" in event && "eventTime" in event;
}
