export { describeStorage } from "./describe-storage.js";
export type { StorageFixture } from "./storage-fixture.js";
