/** A connection to the protected service, as the pool has them. */
import { Client, type Dispatcher } from "undici";

/** Who is told of an exchange, and knows whether it was refused before anything was sent. */
export interface RefusableHandler extends Dispatcher.DispatchHandler {
  /** Whether the request cannot be sent at all. */
  readonly isRefused: boolean;
}

/**
 * undici's client answers a request that it cannot send, such as one with a control character in a header, as it does when it is busy, and a pool
 * waits until a busy client has room again. This one is not busy and never says so: each such request would cost the pool a
 * connection, and the last one all requests that wait.
 */
export class UpstreamClient extends Client {
  override dispatch(options: Dispatcher.DispatchOptions, handler: Dispatcher.DispatchHandler): boolean {
    return super.dispatch(options, handler) || (handler as RefusableHandler).isRefused;
  }
}
