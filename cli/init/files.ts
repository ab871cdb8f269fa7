/** The files that `edgepolicy init` writes. They stand here as text because the built package holds code alone. */

const POLICY = `/// Partners read and write orders with an API key, a printer reads one at a time; everybody may try to sign in; nobody else
/// does anything.
policy "shop" {
  owner       "team-shop"
  default     block
  unavailable closed
}

identity {
  api_key { header "x-api-key" }
}

clients from "clients.yaml"

import "scenario.edgepolicy"

route login  = POST "/v1/login" { body { username: string } }
route order  = GET  "/v1/orders/{id}"
route orders = GET | POST "/v1/orders"

group api = order, orders

/// Sign-ins that failed, and names that were tried, from one network.
signal failures = count on login where response.status in [401, 403] per ip.network over 10m
signal users    = distinct(username) on login per ip.network over 10m

/// How much a sign-in looks like credential stuffing.
score risk {
  +50 when users > 10
  +50 when failures > 5
}

limit login_rate on login per ip.network allow 10 per 1m
limit fair_use   on api   per client else ip.network allow client.rate ?? 5 per 1s burst 20

rule partners   on api   when has client and granted     then allow
rule sign_in    on login                                 then allow tags ["public"]
rule strangers  on api   when no client                  then block 401
rule over_reach on api   when has client and not granted then block 403
rule stuffing   on login when risk >= 50                 then block for 15m per ip.network
  because "many sign-ins fail from one network"

test "a partner works while its network is not known for anything" {
  at 0s GET "/v1/orders/7" from 203.0.113.9 as client acme_sync expect allow
  at 1s POST "/v1/orders" from 203.0.113.70 as client globex_orders expect allow
}

test "a client does what it is granted and no more" {
  at 0s GET "/v1/orders/7" from 203.0.113.130 as client label_printer expect allow
  at 1s GET "/v1/orders" from 203.0.113.130
    as client label_printer expect block by over_reach status 403
}

test "strangers sign in and do nothing else" {
  at 0s POST "/v1/login" from 198.18.0.9 body { username: "ann" } respond 200 expect allow
  at 1s GET "/v1/orders/7" from 198.18.0.9 expect block by strangers status 401
  at 2s GET "/v1/elsewhere" from 198.18.0.9 expect block status 403
}

test "many failed sign-ins ban their network" {
  at 0s repeat 6 every 1s as n POST "/v1/login" from 198.18.0.9
    body { username: "user-{n}" } respond 401
  at 10s POST "/v1/login" from 198.18.0.77
    body { username: "ann" } expect block by stuffing after 15m
  at 20m POST "/v1/login" from 198.18.0.77 body { username: "ann" } expect allow
}
`;

const CLIENTS = `# Who calls the API. Declared facts only, reviewed like code; no secrets.
# \`edgepolicy key create --client acme_sync\` prints a key and the line to put under \`credentials\`.
teams:
  - { id: team-shop, contact: "mailto:shop@example.com", people: [m.rossi] }
people:
  - { id: m.rossi, active: true }
clients:
  - id: acme_sync
    kind: partner
    purpose: nightly order export to ACME
    owner: { team: team-shop, accountable: m.rossi }
    environment: prod
    status: active
    expires: 2030-06-30
    review_by: 2030-03-31
    rate: { allow: 20, per: 1s, burst: 60 }
    operations: [order, orders]
    networks: [203.0.113.0/26]
    credentials: []
  - id: globex_orders
    kind: partner
    purpose: orders placed by Globex's shops
    owner: { team: team-shop, accountable: m.rossi }
    environment: prod
    status: active
    expires: 2030-06-30
    review_by: 2030-03-31
    rate: { allow: 20, per: 1s, burst: 60 }
    operations: [order, orders]
    networks: [203.0.113.64/26]
    credentials: []
  - id: label_printer
    kind: device
    purpose: prints parcel labels in the warehouse
    owner: { team: team-shop, accountable: m.rossi }
    environment: prod
    status: active
    expires: 2030-06-30
    review_by: 2030-03-31
    rate: { allow: 1, per: 1s, burst: 5 }
    operations: [order]
    networks: [203.0.113.128/26]
    credentials: []
`;

const SCENARIO = `/// Stolen passwords are tried from twenty networks while two partners work on.
scenario stolen_passwords {
  run 15m
  seeds 5
  service { latency 40ms }
  population partners = steady {
    clients where client.kind is partner
    rate 2 per 1s each
    mix order 80%, orders 20%
  }
  attack stuffers = credential_stuffing {
    target login
    from 198.18.0.0/16
    sources 20
    rate 5 per 1s
    from 2m to 12m
    success 0.5%
    if blocked rotate source
  }
  expect stuffers.admitted  < 10%
  expect stuffers.contained < 2m
  expect partners.harmed    = 0
}
`;

function workflow(version: string): string {
  return `# Runs on every change. Where this folder is not the repository's root, move the file there and set \`working-directory\`.
name: policy
on: [push, pull_request]
permissions:
  contents: read
jobs:
  policy:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 22
      - run: npm install --global edgepolicy@${version}
      - run: edgepolicy fmt --check policy.edgepolicy scenario.edgepolicy
      - run: edgepolicy check --deny warnings policy.edgepolicy
      - run: edgepolicy test policy.edgepolicy
      - run: edgepolicy simulate policy.edgepolicy
`;
}

/** Texts by path within the folder. @param version - Of edgepolicy, for the workflow to install. */
export function starterFiles(version: string): Readonly<Record<string, string>> {
  return {
    "policy.edgepolicy": POLICY,
    "clients.yaml": CLIENTS,
    "scenario.edgepolicy": SCENARIO,
    ".github/workflows/policy.yml": workflow(version),
  };
}
