/** Bodies as JSON, where every reader takes them for the same: a rule about a field is about what the service gets. */
import { repeatedMember } from "../traffic/index.ts";

/** A byte order mark is kept, and then is no JSON. */
const UTF8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Undefined for bytes that are no JSON, or that readers differ about: no UTF-8, or an object that names a member twice. */
export function parseBody(bytes: Uint8Array): unknown {
  try {
    const text = UTF8.decode(bytes);
    const value: unknown = JSON.parse(text);
    return repeatedMember(text) === null ? value : undefined;
  } catch {
    return undefined;
  }
}
