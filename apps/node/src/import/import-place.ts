/** How far an import has come: every entry up to this line was acknowledged, or was on its way when this was written. */
export interface ImportPlace {
  /** 0 at the beginning. */
  readonly line: number;
  /** Bytes of the file up to the end of that line. */
  readonly bytes: number;
  /** SHA-256 over the lines up to it, each with a newline behind it, hexadecimal. */
  readonly sha256: string;
}

/** Places of batches that are answered in any order: the last one before which every batch was. */
export class AcknowledgedPlace {
  readonly #pending: { readonly place: ImportPlace; isAcknowledged: boolean }[] = [];
  #place: ImportPlace;

  constructor(start: ImportPlace) {
    this.#place = start;
  }

  get place(): ImportPlace {
    return this.#place;
  }

  /** A batch is sent that ends at `place`. @returns what to call when it is acknowledged. */
  send(place: ImportPlace): () => void {
    const batch = { place, isAcknowledged: false };
    this.#pending.push(batch);
    return () => {
      batch.isAcknowledged = true;
      while (this.#pending[0]?.isAcknowledged) this.#place = (this.#pending.shift() as typeof batch).place;
    };
  }
}
