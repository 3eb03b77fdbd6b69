import { randomUUID } from "node:crypto";
import { describeStorage } from "@concordat/storage/testing";
import pg from "pg";
import { describe, inject } from "vitest";
import { postgresStorage } from "./postgres-storage.js";

const url = inject("postgresUrl");

describe.runIf(url !== undefined)("on a real server", () => {
  describeStorage("postgresStorage", async () => {
    const schema = `test_${randomUUID().slice(0, 8)}`;
    const create = () => postgresStorage(`${url}?schema=${schema}`, { lockWaitMs: 50, snapshotsMax: 8 });
    return {
      storage: create(),
      reopen: async () => create(),
      cleanup: async () => {
        const client = new pg.Client({ connectionString: url });
        await client.connect();
        await client.query(`DROP SCHEMA ${schema} CASCADE`);
        await client.end();
      },
    };
  });
});
