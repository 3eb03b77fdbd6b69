import type { Channel, HelloCertificates } from "@concordat/protocol";

/** One end of a connection: who is there, and the certificate that it has proven. */
export type ConnectionPeer = Pick<Channel, "partner" | "peerCertificate">;

/** A partner that has said hello. */
export interface HelloHeard extends ConnectionPeer {
  readonly certificates: HelloCertificates | undefined;
  /** Whether this node opened the connection. */
  readonly dialled: boolean;
}

/**
 * What this node and its partners tell each other of certificates when they say hello. The replica only carries it: whoever
 * gives the connections their certificates decides. Neither call may throw.
 */
export interface CertificateExchange {
  /** For the hello to the partner of that origin. */
  readonly tell: (origin: string) => HelloCertificates | undefined;
  readonly hear: (heard: HelloHeard) => void;
}
