/** Overlays from a file, for decisions on data: read strictly, and held against the policy. */
import { decodeText, nodeFiles } from "../../dsl/index.ts";
import type { Overlay, Policy } from "../../engine/index.ts";
import { isOverlayError, parseOverlays, vainName } from "../../traffic/index.ts";
import type { CliIo } from "../io.ts";
import { CliProblem } from "../problem.ts";

/** A thousand overlays with long reasons fit. */
const MOST_BYTES = 4 * 1024 ** 2;

/**
 * Reads a file of overlays. One that names what the policy does not have takes no effect, which is said on standard error.
 *
 * @throws {@link CliProblem} where the file cannot be read or is no list of overlays.
 */
export function readOverlays(path: string, policy: Policy, io: CliIo): readonly Overlay[] {
  const overlays = parseOverlays(readText(path));
  if (isOverlayError(overlays)) {
    const { place, error } = overlays;
    const help = "mend it; an overlay has an id, an author, a reason, an end and one effect";
    throw new CliProblem(`${path}${place === "" ? "" : `: ${place}`}: ${error}`, help);
  }
  for (const overlay of overlays) {
    const unknown = vainName(overlay, policy);
    if (unknown !== null) io.stderr(`${path}: overlay \`${overlay.id}\` has no effect: ${unknown}\n`);
  }
  return overlays;
}

function readText(path: string): string {
  const read = nodeFiles.read(path, MOST_BYTES);
  if (!read.ok) throw new CliProblem(`${path}: ${read.message}`, "name a file of overlays");
  const decoded = decodeText(read.bytes);
  if (!decoded.ok) throw new CliProblem(`${path} ${decoded.message}`, decoded.help);
  return decoded.text;
}
