import { faultyStorage } from "./faulty-storage.js";
import { memoryStorage } from "./memory-storage.js";
import { describeStorage } from "./testing/index.js";

describeStorage("memoryStorage", async () => {
  const storage = memoryStorage();
  return { storage, reopen: async () => storage, cleanup: async () => undefined };
});

describeStorage("faultyStorage without a fault", async () => {
  const storage = faultyStorage(memoryStorage(), () => undefined);
  return { storage, reopen: async () => storage, cleanup: async () => undefined };
});
