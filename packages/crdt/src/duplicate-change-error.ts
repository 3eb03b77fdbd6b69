import type { ChangeId } from "./change-id.js";

/**
 * One change id with two meanings: two replicas write under one server uuid (a cloned disk, or one that went back in
 * time). Never silently pick one: the link stops. Model, section 3.
 */
export class DuplicateChangeError extends Error {
  override readonly name = "DuplicateChangeError";
  readonly code = "duplicate_server_uuid";

  constructor(readonly changeId: ChangeId) {
    super(`change ${changeId.ts} of server ${changeId.server} comes with two different values`);
  }
}
