/** Real proxies with the configurations of the documentation, as they stand there, on free ports. */
import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { connect } from "node:http2";
import { join } from "node:path";
import { expect, onTestFinished } from "vitest";
import { temporaryFolder, until } from "../helpers/server.ts";

export const NGINX = "/usr/sbin/nginx";
export const CADDY = "/usr/bin/caddy";
export const HAPROXY = "/usr/sbin/haproxy";

/** Whether a program is not installed; the tests that need it are skipped then. */
export function isMissing(program: string): boolean {
  return spawnSync(program, ["-v"]).error !== undefined;
}

/** Where the documented ports really are. */
export interface Ports {
  readonly proxy: number;
  readonly edge: number;
  readonly service: number;
}

/** A block of a page of docs/ by its language. */
export function blockOf(page: string, language: string): string {
  const text = readFileSync(new URL(`../../docs/${page}`, import.meta.url), "utf8");
  const block = new RegExp(`\`\`\`${language}\n([^]*?)\`\`\``).exec(text)?.[1];
  if (block === undefined) throw new Error(`docs/${page} has no block of ${language}`);
  return block;
}

/** A configuration with its ports replaced. */
function withPorts(config: string, edgePort: 8080 | 8082, { proxy, edge, service }: Ports): string {
  const ports = { "127.0.0.1:8000": proxy, [`127.0.0.1:${edgePort}`]: edge, "127.0.0.1:3000": service };
  return Object.entries(ports).reduce((text, [address, real]) => {
    expect(text).toContain(address);
    return text.replace(address, `127.0.0.1:${real}`);
  }, config);
}

/** What servers that read headers as CGI variables take for what a proxy says of its caller. */
const TWINS = ["X_Edge_Client", "X-Edge_Client", "X_Edge-Client", "X.Edge.Client", "X-Edge.Client", "X_Edge_Decision"];

/** Which of the names that a service could take for ours come through a proxy in front of a service that echoes. */
export async function twinsThrough(url: string): Promise<readonly string[]> {
  const response = await fetch(`${url}/`, { headers: TWINS.map((name) => [name, "root"]) });
  const { headers } = (await response.json()) as { headers: Readonly<Record<string, string>> };
  return TWINS.filter((name) => Object.hasOwn(headers, name.toLowerCase()));
}

async function untilAnswered(child: ChildProcess, port: number): Promise<void> {
  onTestFinished(() => void child.kill("SIGKILL"));
  await until(async () => (await fetch(`http://127.0.0.1:${port}/`).catch(() => null)) !== null);
}

/** @param log - Directives of the access log. */
export async function runNginx(
  ports: Ports,
  folder: string = temporaryFolder(),
  log = "access_log off;",
): Promise<void> {
  const config = join(folder, "nginx.conf");
  const paths = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${folder}/${name};`,
  );
  writeFileSync(
    config,
    `daemon off; master_process off; pid ${folder}/pid; error_log ${folder}/error.log;
events {} http { ${log} ${paths.join(" ")} ${withPorts(blockOf("nginx.md", "nginx"), 8080, ports)} }`,
  );
  await untilAnswered(spawn(NGINX, ["-e", `${folder}/error.log`, "-c", config], { stdio: "ignore" }), ports.proxy);
}

/**
 * @param site - More directives of the site.
 * @param route - And of its route, at the beginning.
 */
export async function runCaddy(ports: Ports, site = "", route = ""): Promise<void> {
  const folder = temporaryFolder();
  const config = join(folder, "Caddyfile");
  const text = withPorts(blockOf("forward-auth.md", "caddy"), 8080, ports);
  writeFileSync(config, text.replace("\troute {", `${site}\n\troute {\n${route}`));
  const env = { ...process.env, HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder };
  const caddy = spawn(CADDY, ["run", "--config", config, "--adapter", "caddyfile"], { stdio: "ignore", env });
  await untilAnswered(caddy, ports.proxy);
}

/** @param bind - A further `bind` of the frontend. */
export async function runHaproxy(ports: Ports, bind = ""): Promise<void> {
  const folder = temporaryFolder();
  const config = withPorts(blockOf("haproxy.md", "haproxy"), 8082, ports);
  writeFileSync(join(folder, "haproxy.cfg"), config.replace("  filter spoe", `${bind}  filter spoe`));
  writeFileSync(join(folder, "edgepolicy.spoe"), blockOf("haproxy.md", "spoe"));
  await untilAnswered(spawn(HAPROXY, ["-db", "-f", "haproxy.cfg"], { cwd: folder, stdio: "ignore" }), ports.proxy);
}

interface Sent {
  readonly late?: boolean;
  readonly length?: number;
}

/**
 * The status of a POST over HTTP/2, without TLS.
 *
 * @param late - The body comes only when the question has been asked.
 * @param length - Left out, none is declared.
 */
export function statusOverHttp2(port: number, body: string, { late = false, length }: Sent = {}): Promise<unknown> {
  const client = connect(`http://127.0.0.1:${port}`);
  const stream = client.request({
    ":method": "POST",
    ":path": "/",
    ...(length === undefined ? {} : { "content-length": length }),
  });
  if (late) setTimeout(() => stream.end(body), 300);
  else stream.end(body);
  return new Promise((resolve, reject) => {
    stream.on("error", reject).on("response", (headers) => {
      stream.resume().on("close", () => client.close());
      resolve(headers[":status"]);
    });
  });
}
