/**
 * A response that is never sent, of a connection of the process to itself. uWebSockets.js wants calls on a response made in a cork, and
 * its cork of 20.51.4 does not bear a late upgrade: where the socket stays at its place in memory, it goes on to read what is now a WebSocket
 * as a request that was answered, and closes it if one bit of it says so. In the cork of another response the same upgrade is sound.
 */
import { connect, type Socket } from "node:net";
import type { Uws, UwsApp, UwsListenSocket, UwsResponse } from "./load-uws.ts";
import { EXCLUSIVE_PORT } from "./load-uws.ts";

export class SpareResponse {
  readonly #app: UwsApp;
  #response: UwsResponse | null = null;
  #client: Socket | null = null;

  constructor(uws: Uws) {
    let listening: UwsListenSocket | false = false;
    this.#app = uws.App().any("/*", (response) => {
      response.onAborted(() => (this.#response = null));
      this.#response = response;
      if (listening !== false) uws.us_listen_socket_close(listening);
      listening = false;
    });
    this.#app.listen("127.0.0.1", 0, EXCLUSIVE_PORT, (socket) => {
      listening = socket;
      if (socket !== false) this.#ask(uws.us_socket_local_port(socket));
    });
  }

  /** Runs in the cork of the spare response; in that of `otherwise` in the first moments, before there is one. */
  cork(run: () => void, otherwise: UwsResponse): void {
    (this.#response ?? otherwise).cork(run);
  }

  close(): void {
    this.#response = null;
    this.#client?.destroy();
    this.#app.close();
  }

  #ask(port: number): void {
    const client = connect(port, "127.0.0.1");
    client.on("error", () => client.destroy());
    client.write("GET / HTTP/1.1\r\nHost: spare\r\n\r\n");
    client.unref();
    this.#client = client;
  }
}
