import { ReplicaError } from "./replica-error.js";

/** `origin` is none that this node pulls from; where none was named, there is no only one. */
export const unknownPartner = (origin: string | undefined): ReplicaError =>
  new ReplicaError(
    "unknown_partner",
    origin === undefined
      ? "say which partner: this node pulls from none, or from more than one"
      : `${origin} is no partner that this node pulls from: see [replication] in server.toml`,
  );
