// Opens a storage, says so, and keeps it open until it is killed. Usage: node lock-holder.mjs DIRECTORY
import { lmdbStorage } from "@concordat/storage-lmdb";

try {
  await lmdbStorage(process.argv[2]).open();
  process.stdout.write("open\n");
  setInterval(() => undefined, 1000);
} catch (error) {
  process.stdout.write(`${error.code} ${error.message}\n`);
}
