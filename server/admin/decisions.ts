/** `/v1/decisions`: what was decided lately. */
import { VERDICTS } from "../../engine/index.ts";
import { fields, parseDurationText, parseTimeText } from "../../traffic/index.ts";
import { type Answer, type Call, type Endpoint, onlyParameters, readLimit } from "./call.ts";
import type { AdminParts } from "./parts.ts";

export function decisionsEndpoint(parts: AdminParts): Endpoint {
  return { path: "/v1/decisions", get: (call) => listDecisions(parts, call) };
}

async function listDecisions({ gate, operation, crew }: AdminParts, { query }: Call): Promise<Answer> {
  onlyParameters(query, ["client", "verdict", "rule", "since", "limit"]);
  const verdict = query.get("verdict");
  const filter = {
    client: query.get("client"),
    verdict: verdict === null ? null : fields.oneOf(VERDICTS)(verdict, "verdict"),
    rule: query.get("rule"),
    sinceMicros: readSince(query.get("since"), gate.now()),
    most: readLimit(query, 100, gate.config.recentDecisions),
  };
  const own = operation.recent.find(filter);
  if (!crew) return { value: { decisions: own } };
  const all = [...own, ...(await crew.decisions(filter))].toSorted((left, right) => (left.at < right.at ? 1 : -1));
  return { value: { decisions: all.slice(0, filter.most) } };
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
