import type { KeyRange, Operation, Page, PageLimits, Row } from "../store.js";

/** The dumbest store that could be right: all rows in one array, sorted anew with every batch. */
export class SortedArrayModel {
  #rows: readonly Row[] = [];

  commit(operations: readonly Operation[]): void {
    for (const { key, value } of operations) {
      const others = this.#rows.filter((row) => Buffer.compare(row.key, key) !== 0);
      this.#rows = value === undefined ? others : [...others, { key, value }];
    }
    this.#rows = [...this.#rows].sort((a, b) => Buffer.compare(a.key, b.key));
  }

  get(key: Uint8Array): Uint8Array | undefined {
    return this.#rows.find((row) => Buffer.compare(row.key, key) === 0)?.value;
  }

  scan({ from, to, reverse }: KeyRange, { rowsMax, bytesMax }: PageLimits): Page {
    const within = this.#rows.filter(
      ({ key }) => Buffer.compare(key, from) >= 0 && (to === undefined || Buffer.compare(key, to) < 0),
    );
    const ordered = reverse ? [...within].reverse() : within;
    let bytes = 0;
    const rows = ordered.filter((row, at) => {
      bytes += row.key.length + row.value.length;
      return at === 0 || (at < rowsMax && bytes <= bytesMax);
    });
    return { rows, more: rows.length < ordered.length };
  }

  copy(): SortedArrayModel {
    const copy = new SortedArrayModel();
    copy.#rows = this.#rows;
    return copy;
  }
}
