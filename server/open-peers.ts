/**
 * The addresses that open connections come from. If all connections come from one proxy, the address need not be asked for at each request,
 * which costs a system call and a buffer. The address of a connection that closes is no longer known, so once there was a second address,
 * it counts until no connection is open.
 */
export class OpenPeers<Connection> {
  readonly #read: (connection: Connection) => string;
  #open = 0;
  /** The one address of all that are open; null where there are several, or none is known. */
  #only: string | null = null;

  /** @param read - Text of the address that a connection comes from; empty where it cannot be told. */
  constructor(read: (connection: Connection) => string) {
    this.#read = read;
  }

  /** To be called for each connection before its first request. */
  opened(connection: Connection): void {
    if (this.#open++ === 0) this.#only = this.#read(connection) || null;
    else if (this.#only !== null && this.#read(connection) !== this.#only) this.#only = null;
  }

  /** To be called once for each of them, when it can send no more requests. */
  closed(): void {
    if (this.#open > 0 && --this.#open === 0) this.#only = null;
  }

  /** Text of the address that an open connection comes from. */
  of(connection: Connection): string {
    return this.#only ?? this.#read(connection);
  }
}
