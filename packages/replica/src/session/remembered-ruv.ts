import type { Ruv } from "@concordat/crdt";
import { sameBytes } from "@concordat/crdt";
import { type Incremental, ProtocolError, ruvDigest, type WireRuvRow } from "@concordat/protocol";
import type { CreateHash } from "../ports/hash.js";

/** A row that is all zero says nothing: it only gives a server its index. */
export const wireRows = (ruv: Ruv): WireRuvRow[] =>
  [...ruv].filter(([, row]) => row.seen > 0 || row.purged > 0).map(([server, row]) => ({ server, ...row }));

export const ruvOfRows = (rows: readonly WireRuvRow[]): Ruv => new Map(rows.map(({ server, ...row }) => [server, row]));

/**
 * The vector that one connection carries: after the first request only the rows that moved are sent, and a digest
 * stands for the whole. Both ends keep one. Protocol, `Incremental`.
 */
export class RememberedRuv {
  #ruv: Ruv | undefined;

  /** @param serversMax rows that a vector may have, however many requests bring them. */
  constructor(
    readonly createHash: CreateHash,
    readonly serversMax: number,
  ) {}

  /** Consumer: what of `ruv` the other end does not know yet. */
  requestFor(ruv: Ruv): Pick<Incremental, "rows" | "frozenDigest"> {
    const known = this.#ruv;
    this.#ruv = ruv;
    if (known === undefined) return { rows: wireRows(ruv), frozenDigest: undefined };
    const moved = new Map([...ruv].filter(([server, row]) => known.get(server) !== row));
    return { rows: wireRows(moved), frozenDigest: this.#digest(ruv) };
  }

  /** Supplier: the whole vector that `request` speaks of. @throws ProtocolError `shape` when the digest disagrees, or it has too many rows. */
  ruvOf(request: Pick<Incremental, "rows" | "frozenDigest">): Ruv {
    const known = request.frozenDigest && this.#ruv;
    const whole: Ruv = new Map([...(known ?? []), ...ruvOfRows(request.rows)]);
    if (whole.size > this.serversMax) {
      throw new ProtocolError("shape", `an update vector of ${whole.size} rows, limit ${this.serversMax}`, {
        blame: "peer",
      });
    }
    if (request.frozenDigest && !sameBytes(request.frozenDigest, this.#digest(whole))) {
      throw new ProtocolError(
        "shape",
        "the digest of the update vector is not that of the rows this connection carried",
        {
          blame: "peer",
          retryable: true,
        },
      );
    }
    this.#ruv = whole;
    return whole;
  }

  #digest(ruv: Ruv): Uint8Array {
    return ruvDigest(wireRows(ruv), (bytes) => {
      const hash = this.createHash();
      hash.update(bytes);
      return hash.digest();
    });
  }
}
