/**
 * Signals that come while a server starts. Without a listener SIGHUP would end the process, and at SIGUSR1 Node.js would open its debugger for
 * whoever connects; a program that moves logs away, or `systemctl reload`, does not wait until the server listens.
 */
let hungUp = false;

/** Holds them from now on: to be called before anything is loaded. */
export function holdSignals(): void {
  process.on("SIGHUP", () => (hungUp = true));
  process.on("SIGUSR1", () => {});
}

/** Whether a SIGHUP has come. */
export function wasHungUp(): boolean {
  return hungUp;
}
