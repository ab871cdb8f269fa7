/** The frame that container runtimes put around each line: the CRI's `TIME stdout F LINE`, or Docker's JSON with a `log`. */

const FRAME = /^\d{4}-\d\d-\d\dT[0-9:.]{8,24}(?:Z|[+-]\d\d:\d\d) std(?:out|err) ([FP]) /;
const LONGEST_FRAME = 64;
const DOCKER = '{"log":"';

/** The line within the frame, or the line itself where there is none; null where a frame holds a part of a line alone. */
export function withoutFrame(line: string): string | null {
  const first = line.charCodeAt(0);
  if (first === 123) return line.startsWith(DOCKER) ? dockerLine(line) : line;
  if (first < 48 || first > 57 || line[4] !== "-") return line;
  const frame = FRAME.exec(line.slice(0, LONGEST_FRAME));
  if (frame === null) return line;
  return frame[1] === "P" ? null : line.slice(frame[0].length);
}

function dockerLine(line: string): string | null {
  try {
    const { log } = JSON.parse(line) as { readonly log?: unknown };
    if (typeof log !== "string") return line;
    return log.endsWith("\n") ? log.slice(0, -1) : null;
  } catch {
    return line;
  }
}
