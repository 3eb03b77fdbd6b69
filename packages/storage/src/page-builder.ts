import type { Page, PageLimits, Row } from "./store.js";

/** Collects the rows of one page of a scan up to its limits. Keeps the bytes it is given; the adapter copies them before. */
export class PageBuilder {
  readonly #rows: Row[] = [];
  #bytes = 0;
  #more = false;

  constructor(private readonly limits: PageLimits) {}

  /** Whether a row of so many bytes, key and value together, still belongs to this page. Once not, the page has more. */
  takes(rowBytes: number): boolean {
    const fits = this.#rows.length < this.limits.rowsMax && this.#bytes + rowBytes <= this.limits.bytesMax;
    if (fits || this.#rows.length === 0) return true;
    this.#more = true;
    return false;
  }

  add(key: Uint8Array, value: Uint8Array): void {
    this.#rows.push({ key, value });
    this.#bytes += key.length + value.length;
  }

  page(): Page {
    return { rows: this.#rows, more: this.#more };
  }
}
