/** Route patterns: an optional `//host`, then literal segments, `{name}` for one segment and a final `**`. */
import { canonicalPath, escapeBeyondAscii } from "../../engine/index.ts";
import type { Segment } from "../../engine/index.ts";

/** A pattern, or what is wrong with it: a message and the remedy. */
export type PatternReading =
  | { readonly ok: true; readonly host: string | null; readonly segments: readonly Segment[] }
  | { readonly ok: false; readonly message: string; readonly help: string };

const NAME = /^[a-z][a-z0-9_]*$/;
const HOST = /^(?:\*\.)?[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?$/;
const MAX_SEGMENTS = 64;

/** Reads the text of a route's pattern. */
export function readPattern(text: string): PatternReading {
  const slash = text.startsWith("//") ? text.indexOf("/", 2) : 0;
  if (slash === -1) return wrong(`the pattern \`${text}\` has no path`, `write \`"${text}/"\` for the host's root`);
  const host = text.startsWith("//") ? text.slice(2, slash) : null;
  if (host !== null && !HOST.test(host)) {
    return wrong(
      `\`${host}\` is not a host name`,
      'write a lower-case name without a port: `"//api.example.com/v1"` or `"//*.example.com/v1"`',
    );
  }
  const path = text.slice(slash);
  if (!path.startsWith("/")) return wrong(`the pattern \`${text}\` does not begin with \`/\``, `write \`"/${text}"\``);
  return readSegments(path, host);
}

const MERGED = "repeated slashes are merged before routes are found: write one";

function readSegments(path: string, host: string | null): PatternReading {
  const written = path.slice(1).split("/");
  if (written.length > MAX_SEGMENTS)
    return wrong(`the pattern has more than ${MAX_SEGMENTS} segments`, "end it with `**`");
  const segments: Segment[] = [];
  const names = new Set<string>();
  for (const [index, text] of written.entries()) {
    if (text === "" && index < written.length - 1) return wrong(`the pattern \`${path}\` has an empty segment`, MERGED);
    const segment = readSegment(text, index === written.length - 1);
    if (typeof segment === "string")
      return wrong(`\`${text}\` is not a segment of a pattern: ${segment}`, segmentHelp(text));
    if (segment.kind === "parameter") {
      if (names.has(segment.name))
        return wrong(`the pattern has two parameters \`${segment.name}\``, "give one another name");
      names.add(segment.name);
    }
    segments.push(segment);
  }
  return literalsAreCanonical(path, segments, host);
}

/** One segment, or the reason why it is none. The last one may be empty, for a trailing slash. */
function readSegment(text: string, last: boolean): Segment | string {
  if (text === "**") return last ? { kind: "rest" } : "`**` stands only at the end";
  if (text.startsWith("{") && text.endsWith("}")) {
    const name = text.slice(1, -1);
    return NAME.test(name) ? { kind: "parameter", name } : "a parameter is a name in braces";
  }
  if (/[{}*]/.test(text)) return "a parameter takes a whole segment, and `*` has no meaning here";
  if (/[?#\s]/.test(text)) return "a pattern has no query, fragment or white space";
  return { kind: "literal", text: escapeBeyondAscii(text) };
}

function segmentHelp(text: string): string {
  return text.includes("*")
    ? "write `{name}` for one segment, or `**` at the end for the rest"
    : "write text, `{name}` or a final `**`";
}

/** A literal segment that no canonical path has would never match, so it is refused with the form that does. */
function literalsAreCanonical(path: string, segments: readonly Segment[], host: string | null): PatternReading {
  const plain = `/${segments.map((segment) => (segment.kind === "literal" ? segment.text : "x")).join("/")}`;
  const { path: canonical, ambiguous } = canonicalPath(plain);
  if (ambiguous)
    return wrong(`no request's path fits the pattern \`${path}\``, "write the path decoded, without encoded slashes");
  if (canonical === plain) return { ok: true, host, segments };
  const parts = canonical.slice(1).split("/");
  const readable = parts.map((part, index) => original(segments[index], part)).join("/");
  return wrong(`paths are made canonical first, so \`${path}\` never matches`, `write \`"/${readable}"\``);
}

function original(segment: Segment | undefined, canonical: string): string {
  if (segment?.kind === "parameter") return `{${segment.name}}`;
  return segment?.kind === "rest" ? "**" : canonical;
}

function wrong(message: string, help: string): PatternReading {
  return { ok: false, message, help };
}
