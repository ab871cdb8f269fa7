/** `/v1/decisions`: what was decided lately. */
import { VERDICTS } from "../../engine/index.ts";
import { fields, parseDurationText, parseTimeText } from "../../traffic/index.ts";
import { type Answer, type Call, type Endpoint, onlyParameters, readNumber } from "./call.ts";
import type { AdminParts } from "./parts.ts";

export function decisionsEndpoint(parts: AdminParts): Endpoint {
  return { path: "/v1/decisions", get: (call) => listDecisions(parts, call) };
}

function listDecisions({ gate, operation }: AdminParts, { query }: Call): Answer {
  onlyParameters(query, ["client", "verdict", "rule", "since", "limit"]);
  const verdict = query.get("verdict");
  const decisions = operation.recent.find({
    client: query.get("client"),
    verdict: verdict === null ? null : fields.oneOf(VERDICTS)(verdict, "verdict"),
    rule: query.get("rule"),
    sinceMicros: readSince(query.get("since"), gate.now()),
    most: readNumber(query, "limit", 100, gate.config.recentDecisions),
  });
  return { value: { decisions } };
}

/** A time, or how long ago. */
function readSince(text: string | null, nowMicros: number): number | null {
  if (text === null) return null;
  const ago = parseDurationText(text);
  const micros = ago === null ? parseTimeText(text) : nowMicros - ago;
  if (micros !== null) return micros;
  throw new fields.FieldProblem(
    "since",
    `\`since\` must be a time or a duration like "5m", but is ${fields.quote(text)}`,
  );
}
