import type { Replica } from "@concordat/replica";

/** A backup of this moment, read no faster than it is taken. A client that goes away ends it. */
export const backupResponse = (replica: Replica): Response =>
  new Response(ReadableStream.from(replica.backup()), { headers: { "content-type": "application/octet-stream" } });
