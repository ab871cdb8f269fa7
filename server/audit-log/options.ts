/** Options of the audit log. */
export interface AuditOptions {
  /** File of the Ed25519 private key in PEM that signs checkpoints. Default: one in the data folder, made at the first start. */
  readonly key?: string;
  /** Entries from one checkpoint to the next. Default 100. */
  readonly checkpointEvery?: number;
  /** Entries that are kept: past that the oldest tenth goes, which an entry says. Default 1,000,000. */
  readonly entriesMax?: number;
}
