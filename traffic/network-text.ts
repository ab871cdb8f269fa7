/** Networks as people write them in files and calls. */
import { canonicalNetwork, hasHostBits } from "../engine/index.ts";
import { quote } from "./fields.ts";

/**
 * What is wrong with a text that should be a network or an address, to follow the name of where it stands; null where nothing is. Bits after
 * the prefix are a slip: whoever bans or trusts `192.0.2.7/24` may mean one address or all 256.
 */
export function networkProblem(text: string): string | null {
  const network = canonicalNetwork(text);
  if (network === null) return `must be a network like "203.0.113.0/24" or an address, but is ${quote(text)}`;
  if (!hasHostBits(text)) return null;
  const address = text.slice(0, text.indexOf("/"));
  return `has bits set after its prefix: write ${quote(network)} for all of it, or ${quote(address)} for the address alone`;
}
