/** Headers that carry proofs, as anybody can send them: whatever they hold, the readers give a value or say that it is none. */
import fc from "fast-check";
import { makeRequest } from "../../engine/index.ts";
import { certificateOfField } from "../../server/identity/client-certificate/client-cert-field.ts";
import { derOfEscapedPem } from "../../server/identity/client-certificate/escaped-pem.ts";
import { readCertificate } from "../../server/identity/client-certificate/certificate.ts";
import { certificateOfXfcc, parseXfcc } from "../../server/identity/client-certificate/xfcc.ts";
import { canonicalQuery } from "../../server/identity/hmac/canonical.ts";
import { PLAIN } from "../../server/identity/hmac/plain.ts";
import type { HmacScheme } from "../../server/identity/hmac/scheme.ts";
import { SIGV4 } from "../../server/identity/hmac/sigv4.ts";
import { STANDARD_WEBHOOKS } from "../../server/identity/hmac/standard-webhooks.ts";
import { STRIPE } from "../../server/identity/hmac/stripe.ts";
import { readByteSequences, readSignatures } from "../../server/identity/http-signature/fields.ts";
import { SignedMessage } from "../../server/identity/http-signature/message.ts";
import { type FieldType, strictField } from "../../server/identity/http-signature/structured-field.ts";
import { derOf, pemOf } from "../helpers/certificates.ts";
import { received } from "../helpers/presented.ts";
import { type FuzzTarget, mutated, require } from "./inputs.ts";

const HEX = "468ed33be74eee6556d90c0149c1309e9ba61d6425303443c0748a02dd8de688";
const XFCC = `By=spiffe://a/b;Hash=${HEX};Subject="/C=US/CN=a \\" ,;=";URI=spiffe://c/d;DNS=a.example;DNS=b.example,By=x;Hash=${HEX}`;
const FIELD = `:${derOf("workload").toString("base64")}:`;
const INPUT =
  'sig1=("@method" "@authority" "@path" "content-digest";key="sha-256" "content-digest";sf "@query-param";name="a");created=1;keyid="k";nonce="n"';
const ANY_TEXT = fc.oneof(fc.string({ unit: "binary", maxLength: 300 }), fc.string({ maxLength: 300 }));

function readXfccSoundly(text: string): void {
  const elements = parseXfcc(text);
  const certificate = certificateOfXfcc(text, []);
  require(elements !== null || certificate === "malformed_certificate", "what is not read is no certificate");
  if (typeof certificate !== "string")
    require(/^[0-9a-f]{64}$/.test(certificate.thumbprint), "a certificate has a thumbprint");
}

function readCertificateSoundly(text: string): void {
  certificateOfField(text, text);
  const der = derOfEscapedPem(text);
  const certificate = readCertificate(der ?? Buffer.from(text, "latin1"));
  if (typeof certificate !== "string") require(certificate.uris.length <= 1, "a certificate has one URI at most");
}

const FIELD_TYPES: readonly FieldType[] = ["dictionary", "list", "item"];

function readSignaturesSoundly(text: string): void {
  readByteSequences(text);
  for (const type of FIELD_TYPES) {
    const strict = strictField(type, text);
    require(strict === null || strictField(type, strict) === strict, "a strict spelling is its own");
  }
  const { request, presented } = received({ target: "/p?a=1", headers: [["content-digest", text]] });
  for (const signature of readSignatures(text, "sig1=:AA==:") ?? []) {
    const base = new SignedMessage(request, presented).baseOf(signature);
    if (typeof base !== "string") require(base.text.endsWith(signature.signed), "a base ends in what is signed");
  }
}

const SCHEMES: readonly HmacScheme[] = [STANDARD_WEBHOOKS, STRIPE, PLAIN, SIGV4];
const HMAC_FIELDS: readonly string[] = [
  "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE= v1a,x",
  `t=1900000000,v1=${HEX},v0=x`,
  `key=k, t=1900000000, nonce=12345678, v1=${HEX}`,
  `AWS4-HMAC-SHA256 Credential=k/20300317/a/b/aws4_request, SignedHeaders=host;x-amz-date, Signature=${HEX}`,
];

function readHmacSoundly(text: string): void {
  const query = canonicalQuery(text);
  require(query === null || canonicalQuery(query) === query, "a canonical query stays as it is");
  for (const scheme of SCHEMES) {
    const headers: [string, string][] = [
      [scheme.header, text],
      ["webhook-id", "m"],
      ["webhook-timestamp", "1900000000"],
      ["x-amz-date", "20300317T174640Z"],
    ];
    const { presented } = received({ headers });
    const claim = scheme.read(makeRequest({ path: `/?${text}`, host: "a" }), presented);
    if (typeof claim === "string") continue;
    require(claim.signatures.length > 0 &&
      claim.signatures.every(({ length }) => length === 32), "signatures have 32 bytes");
    require(claim.macWith(Buffer.alloc(32)).length === 32, "a claim can be checked");
  }
}

export const CREDENTIAL_TARGETS: readonly FuzzTarget[] = [
  { name: "client certificate header of Envoy", inputs: fc.oneof(ANY_TEXT, mutated(XFCC)), run: readXfccSoundly },
  {
    name: "certificate",
    inputs: fc.oneof(
      ANY_TEXT,
      mutated(FIELD),
      mutated(encodeURIComponent(pemOf("workload"))),
      mutated(derOf("workload").toString("latin1")),
    ),
    run: readCertificateSoundly,
  },
  { name: "fields of HTTP message signatures", inputs: fc.oneof(ANY_TEXT, mutated(INPUT)), run: readSignaturesSoundly },
  { name: "headers of HMAC signatures", inputs: fc.oneof(ANY_TEXT, ...HMAC_FIELDS.map(mutated)), run: readHmacSoundly },
];
