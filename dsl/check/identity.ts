/** Where credentials are read, and which proxies are believed. */
import type { IdentitySource, TrustedProxy } from "../../engine/index.ts";
import type { AstIdentitySource, AstTrust } from "../ast.ts";
import { SEMANTICS } from "../codes/semantics.ts";
import { type CheckContext, resolveOn } from "./context.ts";
import { SOURCES, type SourceInput } from "./identity-sources.ts";
import { readCount } from "./quantities.ts";
import { didYouMean } from "./suggest.ts";

/** Checks the sources of all `identity` declarations; null for those that are wrong, which is reported. */
export function checkIdentity(
  context: CheckContext,
  fileExists: SourceInput["fileExists"],
): readonly (IdentitySource | null)[] {
  const [first, second] = context.declarations.identities;
  if (first !== undefined && second !== undefined) {
    context.report.error(SEMANTICS.policyCount, second.span, "`identity` is declared twice", {
      help: "put all sources into one block; the first that is present counts",
      notes: [{ message: "it is declared here first", span: first.span }],
    });
  }
  return (first?.sources ?? []).map((source) => checkSource(source, context, fileExists));
}

function checkSource(
  source: AstIdentitySource,
  context: CheckContext,
  fileExists: SourceInput["fileExists"],
): IdentitySource | null {
  const { report } = context;
  const sort = source.sort.text;
  const read = SOURCES[sort];
  if (read === undefined) {
    report.error(SEMANTICS.identity, source.sort.span, `there is no identity source \`${sort}\``, {
      help: didYouMean(sort, Object.keys(SOURCES), 'a source is `api_key { header "x-api-key" }`'),
    });
    return null;
  }
  const on = resolveOn(context, source.on);
  return read({ source, report, on: on.indices, fileExists });
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
