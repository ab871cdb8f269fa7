/** Where credentials are read, and which proxies are believed. */
import type { IdentitySource, TrustedProxy } from "../../engine/index.ts";
import type { AstIdentitySource, AstTrust } from "../ast.ts";
import { NOT_BUILT } from "../codes/not-built.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { type CheckContext, resolveOn } from "./context.ts";
import { readCount } from "./quantities.ts";
import { didYouMean } from "./suggest.ts";

const SORTS = ["api_key", "jwt", "mtls", "hmac", "signature"];

/** Checks the sources of all `identity` declarations; null for those that are wrong, which is reported. */
export function checkIdentity(context: CheckContext): readonly (IdentitySource | null)[] {
  const [first, second] = context.declarations.identities;
  if (first !== undefined && second !== undefined) {
    context.report.error(SEMANTICS.policyCount, second.span, "`identity` is declared twice", {
      help: "put all sources into one block; the first that is present counts",
      notes: [{ message: "it is declared here first", span: first.span }],
    });
  }
  return (first?.sources ?? []).map((source) => checkSource(source, context));
}

function checkSource(source: AstIdentitySource, context: CheckContext): IdentitySource | null {
  const { report } = context;
  const sort = source.sort.text;
  if (!SORTS.includes(sort)) {
    report.error(SEMANTICS.identity, source.sort.span, `there is no identity source \`${sort}\``, {
      help: didYouMean(sort, SORTS, 'a source is `api_key { header "x-api-key" }`'),
    });
    return null;
  }
  if (sort !== "api_key") {
    report.error(NOT_BUILT.identity, source.sort.span, `\`${sort}\` credentials are not verified by this version yet`, {
      help: 'leave the source out, or identify clients by `api_key { header "x-api-key" }`',
    });
    return null;
  }
  const on = resolveOn(context, source.on);
  const header = readHeader(source, context);
  return header === null ? null : { kind: "api_key", header, on: on.indices, span: source.span };
}

const HEADER_NAME = /^[a-z0-9!#$%&'*+.^_`|~-]+$/;

function readHeader(source: AstIdentitySource, context: CheckContext): string | null {
  const { report } = context;
  const help = 'write `api_key { header "x-api-key" }`';
  for (const member of source.members) {
    const word = member.words.map((name) => name.text).join(" ");
    if (word === "header") continue;
    report.error(SEMANTICS.identity, member.span, `\`api_key\` has no \`${word}\``, { help });
  }
  const [header, second] = source.members.filter((member) => member.words[0]?.text === "header");
  const value = header?.values[0];
  if (
    header === undefined ||
    second !== undefined ||
    header.values.length !== 1 ||
    value?.kind !== "literal" ||
    value.type !== "string"
  ) {
    report.error(
      SEMANTICS.identity,
      second?.span ?? header?.span ?? source.span,
      "`api_key` says which header carries the key, once",
      { help },
    );
    return null;
  }
  const name = String(value.value);
  if (HEADER_NAME.test(name)) return name;
  const lower = name.toLowerCase();
  const message = HEADER_NAME.test(lower)
    ? `header names are written in lower case, not \`${name}\``
    : `\`${name}\` is no header name`;
  report.error(SEMANTICS.identity, value.span, message, {
    help: HEADER_NAME.test(lower) ? `write \`header "${lower}"\`` : help,
  });
  return null;
}

const MAX_HOPS = 32;

/** Checks the `trust proxy` declarations. */
export function checkTrust(declarations: readonly AstTrust[], context: CheckContext): readonly TrustedProxy[] {
  return declarations.map((trust) => {
    const hops = trust.hops === null ? 1 : readCount(trust.hops, 1, MAX_HOPS, "the number of hops", context.report);
    return { networks: trust.networks.map((network) => networkText(network, context)), hops: hops ?? 1 };
  });
}

function networkText(network: AstTrust["networks"][number], context: CheckContext): string {
  const text = String(network.value);
  if (network.type === "network") return text;
  if (network.type === "ip") return `${text}/${text.includes(":") ? 128 : 32}`;
  context.report.error(SEMANTICS.typesDiffer, network.span, `a proxy is a network, not \`${network.raw}\``, {
    help: "write `trust proxy 10.0.0.0/8 hops 1`",
  });
  return text;
}
