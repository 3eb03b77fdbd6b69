// Commits numbered batches for ever and prints the number of each once it is acknowledged. To be killed.
// Usage: node crash-writer.mjs DIRECTORY FIRST
import { writeSync } from "node:fs";
import { lmdbStorage } from "@concordat/storage-lmdb";

const [directory, first] = process.argv.slice(2);
const ROWS = 8;
const IN_FLIGHT = 4;

const storage = lmdbStorage(directory);
await storage.open();
const store = await storage.openStore("main");
let next = Number(first);

const commitForEver = async () => {
  for (;;) {
    const number = next++;
    const name = String(number).padStart(8, "0");
    const operations = Array.from({ length: ROWS }, (_, row) => ({
      key: Buffer.from(`${name}/${row}`),
      value: Buffer.alloc(200 + 900 * row, number & 0xff),
    }));
    await store.commit({ operations });
    writeSync(1, `${number}\n`);
  }
};

await Promise.all(Array.from({ length: IN_FLIGHT }, commitForEver));
