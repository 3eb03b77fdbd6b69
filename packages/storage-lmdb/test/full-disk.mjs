// Fills a disk that has no room (a limit on the size of files), makes room, and prints what the store made of it.
// Usage: sh -c "ulimit -S -f BLOCKS; exec node full-disk.mjs DIRECTORY"
import { spawnSync } from "node:child_process";
import { lmdbStorage } from "@concordat/storage-lmdb";

const storage = lmdbStorage(process.argv[2]);
await storage.open();
const store = await storage.openStore("main");
const key = (n) => Buffer.from(`key ${String(n).padStart(6, "0")}`);
const put = (n) => ({ key: key(n), value: Buffer.alloc(20_000, n) });
const count = async () => {
  const snapshot = await store.snapshot();
  const page = await snapshot.scan({ from: Buffer.alloc(0) }, { rowsMax: 1e6, bytesMax: 1e9 });
  await snapshot.close();
  return page.rows.length;
};

let written = 0;
let code;
while (code === undefined) {
  try {
    await store.commit({ operations: [put(2 * written), put(2 * written + 1)] });
    written++;
  } catch (error) {
    code = error.code;
  }
}
const atFull = await count();
spawnSync("prlimit", ["--pid", String(process.pid), "--fsize=unlimited"]);
await store.commit({ operations: [put(2 * written), put(2 * written + 1)] });
const withRoom = await count();
await storage.close();
process.stdout.write(JSON.stringify({ code, written, atFull, withRoom }));
