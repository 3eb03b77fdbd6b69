/**
 * One connection to one authenticated partner: whole frame payloads in order, each way. The port that TLS and the
 * in-memory pair implement.
 *
 * One caller at a time per direction. Deadlines, frame limits and authentication are the channel's: whatever breaks
 * them closes it, and both directions reject with that `ProtocolError`.
 */
export interface Channel {
  /** The partner, as the configuration names it (its origin). */
  readonly partner: string;
  readonly traffic: Traffic;
  /** The certificate, DER, that the partner has proven; `undefined` where the connection has none. */
  readonly peerCertificate?: Uint8Array | undefined;

  /**
   * Sends one frame whose payload is `parts` one after the other. Resolves when there is room for the next frame: the
   * caller must not change the bytes before that, and may not let frames queue up by not waiting.
   */
  send(parts: readonly Uint8Array[]): Promise<void>;

  /**
   * The payload of the next frame; `undefined` after a clean end. The caller owns the bytes.
   *
   * @param options.idle the peer owes nothing now (the wait between requests): the idle limit holds in place of the frame limit.
   */
  receive(options?: { readonly idle?: boolean }): Promise<Uint8Array | undefined>;

  /** Ends the connection, cleanly unless `reason` is given. Frames already sent are delivered first. Never rejects. */
  close(reason?: Error): Promise<void>;
}

/** Bytes since the channel was opened, frame headers included, TLS's own not. */
export interface Traffic {
  readonly bytesSent: number;
  readonly bytesReceived: number;
}
