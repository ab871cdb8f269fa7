/** Options of client certificates that a proxy conveys. */

/** Which of several certificates that a proxy conveys is the caller's. */
export interface ClientCertificateOptions {
  /**
   * What the element of `X-Forwarded-Client-Cert` says in `By` that is believed: URI names of the certificates of the proxies where
   * callers' TLS ends. Of several such elements the last counts. Default none: the last element counts, whatever it says.
   */
  readonly by?: readonly string[];
}

/** @returns The options with nothing left open. */
export function readClientCertificateOptions(
  options: ClientCertificateOptions = {},
): Required<ClientCertificateOptions> {
  return { by: options.by ?? [] };
}
