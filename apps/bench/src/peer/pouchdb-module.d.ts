/** As much of PouchDB as is used here: the types published for it declare `Buffer` anew, against those of Node.js. */
declare module "pouchdb" {
  export interface Stored {
    readonly _id: string;
    readonly _rev: string;
    readonly [name: string]: unknown;
  }

  export interface ChangesOptions {
    readonly since: number;
    readonly limit: number;
    readonly style: string;
  }

  export interface BulkGetOptions {
    readonly docs: readonly { readonly id: string; readonly rev: string }[];
    readonly revs: boolean;
    readonly latest: boolean;
  }

  export interface AllDocumentsOptions {
    readonly keys?: readonly string[];
    readonly include_docs: true;
    readonly conflicts?: boolean;
  }

  class PouchDB {
    constructor(path: string, options: { readonly adapter: "leveldb" });
    readonly replicate: {
      from(url: string, options: { readonly batch_size: number }): Promise<{ readonly ok: boolean }>;
    };
    info(): Promise<object>;
    get(id: string): Promise<Stored>;
    put(document: { readonly _id: string }): Promise<object>;
    bulkDocs(documents: readonly { readonly _id: string }[]): Promise<readonly { readonly error?: unknown }[]>;
    bulkGet(options: BulkGetOptions): Promise<object>;
    allDocs(options: AllDocumentsOptions): Promise<{ readonly rows: readonly { readonly doc?: Stored }[] }>;
    changes(options: ChangesOptions): Promise<object>;
    close(): Promise<void>;
  }

  // biome-ignore lint/style/noDefaultExport: it is PouchDB that has one.
  export default PouchDB;
}
