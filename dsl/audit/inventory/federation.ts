/** Names that issuers give: ID118, ID119. */
import { headOf, placeOf } from "../../inventory/fields.ts";
import type { Findings } from "../collect.ts";
import type { AuditedClient, AuditedCredential, AuditedInventory } from "../records.ts";
import { INVENTORY_FINDINGS } from "../registry-inventory.ts";

/** Finds credentials that more than one subject of an issuer could meet. */
export function auditFederation(inventory: AuditedInventory, findings: Findings): void {
  for (const one of inventory.clients) {
    for (const credential of one.credentials) {
      if (credential.type === "jwt") auditSubject(one, credential, findings);
      if (credential.value.startsWith("spiffe:")) auditSpiffe(one, credential, inventory.trustDomains, findings);
    }
  }
}

function auditSubject(one: AuditedClient, credential: AuditedCredential, findings: Findings): void {
  const { value, data } = credential;
  const subject = `the credential \`${credential.id}\` of the client \`${one.client.id}\``;
  const help = "write the client's one name at the issuer: `value: acme-sync`";
  if (value === "") {
    const message = `${subject} names no subject, so that every token of its issuer would fit`;
    findings.add(INVENTORY_FINDINGS.wideFederation, { of: one, span: headOf(data), message, help });
  } else if (value.includes("*")) {
    const message = `${subject} has \`*\` in its subject, so that more than one would fit`;
    const span = placeOf(data, "value");
    findings.add(INVENTORY_FINDINGS.wideFederation, { of: one, severity: "warning", span, message, help });
  }
}

const TRUST_DOMAIN = /^[a-z0-9._-]{1,255}$/;
const SEGMENT = /^[A-Za-z0-9._-]+$/;
const LONGEST_ID = 2_048;

/** The trust domain of a SPIFFE id; null where it is none (SPIFFE-ID §2: no port, query, percent, dot segments or trailing slash). */
export function trustDomainOf(id: string): string | null {
  if (id.length > LONGEST_ID || !id.startsWith("spiffe://")) return null;
  const [domain = "", ...segments] = id.slice("spiffe://".length).split("/");
  const fits = segments.every((segment) => SEGMENT.test(segment) && segment !== "." && segment !== "..");
  return fits && TRUST_DOMAIN.test(domain) ? domain : null;
}

function auditSpiffe(
  one: AuditedClient,
  credential: AuditedCredential,
  domains: ReadonlyMap<string, string>,
  findings: Findings,
): void {
  const place = { of: one, span: placeOf(credential.data, "value") };
  const domain = trustDomainOf(credential.value);
  const { environment } = one.client;
  const named = `the credential \`${credential.id}\` of the client \`${one.client.id}\``;
  if (domain === null) {
    const help = "write `spiffe://TRUST-DOMAIN/PATH`: a lower-case domain, segments of letters, digits, `.`, `_`, `-`";
    findings.add(INVENTORY_FINDINGS.spiffeId, { ...place, message: `${named} is no SPIFFE id`, help });
  } else if (domains.get(domain) !== environment) {
    const mapped = domains.get(domain);
    const why = mapped === undefined ? "has no environment" : `is for \`${mapped}\``;
    const message = `the trust domain \`${domain}\` of ${named} ${why}, and the client is in \`${environment}\``;
    const help = `use an id of that environment, or declare \`trust_domains: { ${domain}: ${environment} }\``;
    findings.add(INVENTORY_FINDINGS.spiffeId, { ...place, message, help });
  }
}
