import { describeStorage } from "@concordat/storage/testing";
import { Power } from "../node/power.js";
import { SeededRandom } from "../seeded-random.js";
import { VirtualTime } from "../world/virtual-time.js";
import { Disk } from "./disk.js";
import { DiskFaults } from "./disk-faults.js";
import { SimulatedStorage } from "./simulated-storage.js";

describeStorage("SimulatedStorage without a fault", async () => {
  const time = new VirtualTime();
  const storage = new SimulatedStorage({
    time,
    disk: new Disk(),
    faults: new DiskFaults(),
    power: new Power(),
    random: new SeededRandom(1),
    syncMsMax: 5,
    slowReads: 0.2,
    onFault: () => undefined,
  });
  // The suite waits for real promises: simulated time passes whenever nothing else is to be done.
  const passing = setInterval(() => {
    while (time.advance());
  }, 0);
  return { storage, reopen: async () => storage, cleanup: async () => clearInterval(passing) };
});
