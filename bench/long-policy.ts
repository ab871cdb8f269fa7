/** Policies of any length with every sort of declaration that has state, to see what reading and checking them takes. */

/** Lines of a policy of at least `count` lines, at most nine more. */
export function longPolicy(count: number): readonly string[] {
  const lines = [
    'policy "long" { default block }',
    'identity { api_key { header "x-api-key" } }',
    "list office : network = [198.51.100.0/24]",
  ];
  for (let index = 0; lines.length < count; index++) lines.push(...declarations(index));
  return lines;
}

function declarations(index: number): readonly string[] {
  return [
    `/// Orders of shop ${index}.`,
    `route order_${index} = GET "/v1/shops/${index}/orders/{id}" { scopes ["orders:read"] }`,
    `signal ids_${index} = distinct(id) on order_${index} per client else ip.network over 10m`,
    `score risk_${index} {`,
    `  +40 when ids_${index} > 20`,
    `  +30 when ip in office and evidence < bound_token`,
    "}",
    `limit fair_${index} on order_${index} per client else ip.network allow client.rate ?? 5 per 1s burst 20`,
    `rule known_${index} on order_${index} when has client and granted then allow`,
    `rule walk_${index} on order_${index} when risk_${index} >= 70 and header["x-kind"] ?? "" starts_with "k${index}" then throttle`,
  ];
}
