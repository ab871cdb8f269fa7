/** What firewalls, proxies and log formats call what this language calls otherwise; by the spelling without underscores. */
const OTHER_NAMES: ReadonlyMap<string, string> = new Map([
  ["useragent", 'header["user-agent"]'],
  ["ua", 'header["user-agent"]'],
  ["referer", 'header["referer"]'],
  ["referrer", 'header["referer"]'],
  ["headers", 'header["name"]'],
  ["cookies", 'cookie["name"]'],
  ["params", 'query["name"]'],
  ["args", 'query["name"]'],
  ["clientip", "ip"],
  ["sourceip", "ip"],
  ["srcip", "ip"],
  ["remoteip", "ip"],
  ["remoteaddr", "ip"],
  ["ipaddress", "ip"],
  ["url", "path"],
  ["uri", "path"],
  ["requesturi", "path.with_query"],
  ["verb", "method"],
  ["httpmethod", "method"],
  ["requestmethod", "method"],
  ["hostname", "host"],
  ["country", "ip.country"],
  ["geo", "ip.country"],
  ["asn", "ip.asn"],
  ["ja4", "tls.ja4"],
  ["time", "now"],
  ["status", "response.status"],
  ["statuscode", "response.status"],
  ["latency", "response.latency"],
  ["scopes", "token.scopes"],
  ["clientid", "client.id"],
]);

/** The attribute that is meant by a name from elsewhere, as it is written here. */
export function nameHere(name: string): string | undefined {
  return OTHER_NAMES.get(name.toLowerCase().replaceAll("_", ""));
}
