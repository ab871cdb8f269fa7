/** Load on a server of a test: so many connections, kept open, each asking one after the other. */
import { Agent, request } from "node:http";

/** An answer of `/authz/json`. */
export interface Asked {
  readonly status: number;
  readonly body: string;
  /** Whether it was sent again. */
  readonly again: boolean;
}

/**
 * Asks `POST target` over `connections` connections while `more` says so; an answer that does not come is an error, but where it
 * `resends` what met the end of a connection that was kept open, as clients do (RFC 9112 §9.3.1).
 */
export async function ask(
  port: number,
  target: string,
  connections: number,
  more: () => string | null,
  { resends = false }: { readonly resends?: boolean } = {},
): Promise<readonly Asked[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const asked: Asked[] = [];
  const one = async (): Promise<void> => {
    for (let body = more(); body !== null; body = more()) asked.push(await post(port, target, agent, body, resends));
  };
  try {
    await Promise.all(Array.from({ length: connections }, one));
  } finally {
    agent.destroy();
  }
  return asked;
}

function post(port: number, path: string, agent: Agent, body: string, resends: boolean, again = false): Promise<Asked> {
  return new Promise((resolve, reject) => {
    const call = request({ host: "127.0.0.1", port, path, method: "POST", agent }, (response) => {
      let text = "";
      response.setEncoding("utf8").on("data", (chunk: string) => (text += chunk));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, body: text, again }));
      response.on("error", reject);
    });
    call.on("error", (fault) => {
      if (resends && call.reusedSocket) resolve(post(port, path, agent, body, resends, true));
      else reject(fault);
    });
    call.end(body);
  });
}

/** Gives a value so many times, then null. */
export function times(count: number, value: () => string): () => string | null {
  let left = count;
  return () => (left-- > 0 ? value() : null);
}
