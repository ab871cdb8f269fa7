/** Where a server listens: the addresses of its options, apart from one another, and none open to others without a token. */
import { isIPv4 } from "node:net";
import type { AdminToken } from "./admin/options.ts";
import type { ServerOptions } from "./config.ts";
import { invalidOption } from "./server-error.ts";
import { addressText, type ListenAddress } from "./transport.ts";

/** Null for what does not listen. */
export interface ListenerConfig {
  readonly listen: ListenAddress;
  readonly admin: ListenAddress | null;
  readonly haproxy: ListenAddress | null;
}

/** @throws {ServerError} `option_invalid`, naming the option. */
export function readListeners(options: ServerOptions, adminTokens: readonly AdminToken[]): ListenerConfig {
  const listen = readAddress("listen", options.listen ?? "127.0.0.1:8080");
  const admin = options.admin === "off" ? null : readAddress("admin", options.admin ?? "127.0.0.1:8081");
  const haproxy = options.haproxy === undefined ? null : readAddress("haproxy", options.haproxy);
  checkApart({ listen, admin, haproxy });
  checkAdmin(admin, adminTokens);
  return { listen, admin, haproxy };
}

/** Reads `HOST:PORT`, `[IPV6]:PORT` or `PORT`. */
function readAddress(option: string, text: string): ListenAddress {
  const match = /^(?:(?:\[([^\]]+)\]|([^:\s]+)):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port > 65_535) {
    throw invalidOption(option, `\`${text}\` is not HOST:PORT`, "such as 127.0.0.1:8080, [::1]:8080 or 8080");
  }
  return { host: match[1] ?? match[2] ?? "127.0.0.1", port };
}

/** Else the second listener would say that another program has the port. */
function checkApart(addresses: Readonly<Record<string, ListenAddress | null>>): void {
  const taken = new Map<string, string>();
  for (const [option, address] of Object.entries(addresses)) {
    if (address === null || address.port === 0) continue;
    const text = addressText(address);
    const other = taken.get(text);
    if (other !== undefined)
      throw invalidOption(option, `${text} is that of \`${other}\` already`, "give each its own port");
    taken.set(text, option);
  }
}

function checkAdmin(admin: ListenAddress | null, tokens: readonly AdminToken[]): void {
  if (admin === null || tokens.length > 0 || isLoopback(admin.host)) return;
  throw invalidOption(
    "admin",
    `listening on ${admin.host} would open it to other machines without a token`,
    "set EDGEPOLICY_ADMIN_TOKEN or the option adminTokens, or listen on 127.0.0.1",
  );
}

function isLoopback(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIPv4(host) && host.startsWith("127."));
}
