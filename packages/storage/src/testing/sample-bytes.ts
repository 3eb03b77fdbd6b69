import type { Operation, Page, Row, Store } from "../store.js";

/** The bytes of a text of code points 0 to 255, one byte each. */
export const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "latin1"));

/** What `bytes` made bytes of; `undefined` stays. */
export const text = (value: Uint8Array | undefined): string | undefined =>
  value && Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1");

export const texts = (values: readonly (Uint8Array | undefined)[]): (string | undefined)[] => values.map(text);

/** Rows as `key=value`, for short comparisons. */
export const rowTexts = (page: Page): string[] => page.rows.map((row: Row) => `${text(row.key)}=${text(row.value)}`);

export const keyTexts = (page: Page): (string | undefined)[] => page.rows.map((row: Row) => text(row.key));

export const put = (key: string, value: string): Operation => ({ key: bytes(key), value: bytes(value) });

export const remove = (key: string): Operation => ({ key: bytes(key), value: undefined });

export const commit = (store: Store, ...operations: Operation[]): Promise<void> => store.commit({ operations });

/** Limits that no page of a test reaches. */
export const NO_LIMITS = { rowsMax: 1_000_000, bytesMax: 1 << 30 };

/** Bytes that differ at every length and place, for values too long to write down. */
export const pattern = (length: number, seed = 1): Uint8Array => {
  const filled = new Uint8Array(length);
  for (let at = 0; at < length; at++) filled[at] = (at * 31 + (at >>> 8) * 7 + seed) & 0xff;
  return filled;
};

export const rejection = (code: string): { name: string; code: string } => ({ name: "StorageError", code });
