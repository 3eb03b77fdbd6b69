import { afterEach, beforeEach, describe } from "vitest";
import { describeCommits } from "./commit-conformance.js";
import { describeModel } from "./model-conformance.js";
import { describePlace } from "./place-conformance.js";
import { describeReads } from "./read-conformance.js";
import { describeScans } from "./scan-conformance.js";
import type { StorageFixture } from "./storage-fixture.js";

/**
 * The whole contract of `Storage`, `Store` and `Snapshot` as vitest tests: what an adapter has to pass, and usually the
 * whole of its test file. `create` is called before each test; the suite opens and closes what it gets.
 *
 * What no test of the interface can see is the adapter's own to show: that a resolved commit survives the loss of power.
 */
export const describeStorage = (name: string, create: () => Promise<StorageFixture>): void => {
  describe(`${name} keeps the Storage contract`, { timeout: TIMEOUT_MS }, () => {
    let fixture: StorageFixture;

    beforeEach(async () => {
      fixture = await create();
      await fixture.storage.open();
    });

    afterEach(async () => {
      await fixture.storage.close();
      await fixture.cleanup();
    });

    describeReads(() => fixture);
    describeScans(() => fixture);
    describeCommits(() => fixture);
    describePlace(() => fixture);
    describeModel(() => fixture);
  });
};

/** Hundreds of synced commits take seconds on a busy disk. */
const TIMEOUT_MS = 30_000;
