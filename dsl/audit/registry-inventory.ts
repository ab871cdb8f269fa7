/** Findings `ID1…`: what an inventory alone tells. One file, because ids, conditions and severities are a contract that is read together. */

/** By name, as the code that raises them says it. */
export const INVENTORY_FINDINGS = {
  unowned: {
    id: "ID101",
    title: "unowned client",
    severities: ["error"],
    condition: "`owner.team` or `owner.accountable` is missing, or is not declared under `teams` and `people`.",
    explanation: "When a client misbehaves at night, somebody has to be called who may switch it off.",
  },
  ownerNotHuman: {
    id: "ID102",
    title: "owner is no active person",
    severities: ["error"],
    condition: "`owner.accountable` is declared with a `kind` other than `human`, or with `active: false`.",
    explanation: "A program or a mailbox answers for nothing, and neither does someone who has left.",
  },
  orphanCredential: {
    id: "ID103",
    title: "orphan credential",
    severities: ["error"],
    condition: "The client is revoked or decommissioned, and the credential is `active` and not expired.",
    explanation: "A credential that outlives its client is one mistake away from working again.",
  },
  sharedCredential: {
    id: "ID104",
    title: "shared credential",
    severities: ["error"],
    condition: "Credentials of one type of two clients have the same hash, thumbprint, key, or issuer and value.",
    explanation: "Whoever shares a credential shares rights, limits and blame; neither can be revoked alone.",
  },
  crossEnvironment: {
    id: "ID105",
    title: "credential in two environments",
    severities: ["error"],
    condition:
      "Credentials of clients of different environments have the same hash, thumbprint, key, or issuer and value.",
    explanation: "What leaks from a test system then opens production.",
  },
  neverExpires: {
    id: "ID106",
    title: "credential never expires",
    severities: ["error", "warning"],
    condition:
      "An `api_key`, `hmac` or `mtls` credential of a client that is not revoked or decommissioned has no `expires`; an error in production.",
    explanation: "A copy of it that nobody knows of works for ever.",
  },
  longLived: {
    id: "ID107",
    title: "lifetime too long",
    severities: ["warning"],
    condition:
      "`expires` is more than 365 days (`api_key`) or 90 days (`hmac`, `mtls`) after `issued`, or `max_token_ttl` is over 1 hour; not for revoked or decommissioned clients.",
    explanation: "The lifetime is how long a theft pays.",
  },
  rotationOverdue: {
    id: "ID108",
    title: "rotation overdue",
    severities: ["warning"],
    condition:
      "More than `rotate_every` has passed since the later of `issued` and `last_rotated`; for active credentials.",
    explanation: "A rotation that is not done on time is one that will not work in an emergency.",
  },
  noSuccessor: {
    id: "ID109",
    title: "expires soon without a successor",
    severities: ["warning"],
    condition:
      "An active credential expires within 14 days, and no other of the client's is in `pre-activation`, or active and good for longer.",
    explanation: "The client is about to stop working.",
  },
  expiredActive: {
    id: "ID110",
    title: "expired but active",
    severities: ["error"],
    condition: "`expires` has passed, and the state is `active`.",
    explanation: "Every expired credential in the file hides the one that matters; its state says what is true.",
  },
  reviewOverdue: {
    id: "ID111",
    title: "review overdue",
    severities: ["error", "warning"],
    condition: "`review_by` has passed, of a client that is not revoked or decommissioned; an error after 30 days.",
    explanation: "Rights that nobody looks at only grow.",
  },
  rawSecret: {
    id: "ID112",
    title: "secret in the file",
    severities: ["error"],
    condition:
      "A key of `edgepolicy key create`, a signed token, a private key in PEM or a webhook secret stands anywhere in the text; or a run of 32 or more characters with over 4.0 bits each and not all of one case without digits stands in a field that is no hash, thumbprint, key, issuer or value.",
    explanation: "Everyone who can read the repository, and its history, has the secret.",
  },
  privateKey: {
    id: "ID113",
    title: "private key in the file",
    severities: ["error"],
    condition: "A `jwk` has one of the members d, p, q, dp, dq, qi, k.",
    explanation: "The public half is enough to recognise the client; the private half lets every reader be it.",
  },
  weakKey: {
    id: "ID114",
    title: "weak key",
    severities: ["error"],
    condition:
      "A `jwk` is RSA of under 2048 bits or with an exponent below 65537, a symmetric key of under 32 bytes, or names `alg` none; or it names an HS algorithm, or the policy accepts one or `none`, for an issuer that more than one client uses.",
    explanation: "Such keys can be computed, or every holder can sign as every other.",
  },
  bearerOnly: {
    id: "ID115",
    title: "bearer credentials alone",
    severities: ["warning"],
    condition:
      "A production client with `criticality` 1 or 2, or `data_class` confidential or restricted, has no active credential that is bound to a key (`mtls`, `signature`, or `bound: true`).",
    explanation: "Whoever copies a bearer credential is the client.",
  },
  idReuse: {
    id: "ID116",
    title: "id used again",
    severities: ["error"],
    condition: "The client's id stands under `tombstones`.",
    explanation: "Logs, bans and grants of the former client would be the new one's.",
  },
  unusable: {
    id: "ID117",
    title: "client cannot prove itself",
    severities: ["warning"],
    condition:
      "The client is active and has no credential that is active, not expired, and names what it is recognised by.",
    explanation: "Either it is not in use and can go, or it comes in some other way.",
  },
  wideFederation: {
    id: "ID118",
    title: "federation too wide",
    severities: ["error", "warning"],
    condition: "A `jwt` credential has no `value` (an error), or one with `*` (a warning).",
    explanation: "Every token of the issuer, or of a whole family of subjects, is this client.",
  },
  spiffeId: {
    id: "ID119",
    title: "bad SPIFFE id",
    severities: ["error"],
    condition:
      "A credential's `value` begins with `spiffe:` and is not of the standard's form, or `trust_domains` does not give its trust domain the client's environment.",
    explanation: "An id that is read leniently can be made to look like another.",
  },
  unfenced: {
    id: "ID120",
    title: "third party without networks",
    severities: ["warning"],
    condition: "A `vendor` or `partner` that is not revoked or decommissioned has no `networks`, or one of length 0.",
    explanation: "A key stolen from them works from anywhere.",
  },
  noExpectation: {
    id: "ID121",
    title: "no expectation",
    severities: ["warning"],
    condition: "A production client that is not revoked or decommissioned declares neither `rate` nor `expect`.",
    explanation: "What is normal for it cannot be told from what is not.",
  },
  selfApproval: {
    id: "ID122",
    title: "self approval",
    severities: ["error"],
    condition: "`approved_by` is the same person as `requested_by`.",
    explanation: "One person alone has given the rights.",
  },
  lastingBreakGlass: {
    id: "ID123",
    title: "lasting break-glass access",
    severities: ["error"],
    condition:
      "A client with the label or tag `break_glass` has an active credential without `issued` or `expires`, or with more than 24 hours between them.",
    explanation: "Emergency access that stays is a second door.",
  },
  unboundedAgent: {
    id: "ID124",
    title: "agent without bounds",
    severities: ["warning"],
    condition:
      "A client of kind `ai_agent` that is not revoked or decommissioned has no `delegation.may_act_for` or no `delegation.max_depth`.",
    explanation: "An agent passes its rights on to others that it starts, as far as nobody says how far.",
  },
} as const;
