import { OrderedTree } from "@concordat/storage";

/** Everything on a disk at one moment. Taking one costs next to nothing: trees share what did not change. */
export interface DiskImage {
  readonly databases: ReadonlyMap<string, OrderedTree>;
  readonly current: string | undefined;
}

const EMPTY: DiskImage = { databases: new Map(), current: undefined };

/** What survives a loss of power. */
export class Disk {
  readonly databases: Map<string, OrderedTree>;
  current: string | undefined;

  constructor({ databases, current }: DiskImage = EMPTY) {
    this.databases = new Map(databases);
    this.current = current;
  }

  image(): DiskImage {
    return { databases: new Map(this.databases), current: this.current };
  }

  tree(name: string): OrderedTree {
    return this.databases.get(name) ?? OrderedTree.empty;
  }
}
