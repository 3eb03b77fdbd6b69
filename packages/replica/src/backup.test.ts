import fc from "fast-check";
import { afterEach, beforeEach, expect, test } from "vitest";
import { decodeHeader, encodeHeader } from "./backup/backup-header.js";
import { checkBackup } from "./index.js";
import { backupOf, inPieces } from "./testing/backups.js";
import { exposedStorage, rawRows } from "./testing/raw-rows.js";
import { closeAll, createEntries, type TestNode, testNode } from "./testing/test-topology.js";

let a: TestNode;

beforeEach(async () => {
  a = await testNode("a");
});

afterEach(() => closeAll([a]));

test("tells what it is, however its bytes come", async () => {
  const [gone] = await createEntries(a, 5);
  await a.replica.delete(gone as NonNullable<typeof gone>);
  const { status } = { status: a.replica.status() };
  const bytes = await backupOf(a);
  const summaries = [];
  for (const size of [1, 7, 64, bytes.length]) summaries.push(await checkBackup(inPieces(bytes, size)));
  expect(new Set(summaries.map((summary) => JSON.stringify(summary))).size).toBe(1);
  expect(summaries[0]).toMatchObject({
    domainUuid: a.replica.domainUuid,
    serverUuid: a.replica.serverUuid,
    software: "concordat",
    totals: status.totals,
    sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
  });
});

test("is of one moment: what is written while it is read is not in it", async () => {
  await createEntries(a, 600);
  const pieces: Uint8Array[] = [];
  for await (const piece of a.replica.backup()) {
    pieces.push(piece);
    await createEntries(a, 1, "late");
  }
  expect(pieces.length).toBeGreaterThan(5);
  const whole = new Uint8Array(Buffer.concat(pieces));
  const progress: number[] = [];
  const summary = await checkBackup(inPieces(whole), { onProgress: ({ entries }) => progress.push(entries) });
  expect(summary.totals.liveEntries).toBe(600);
  expect(progress.at(-1)).toBe(600);
});

test("leaves no snapshot open when its reader stops early", async () => {
  const storage = exposedStorage();
  const node = await testNode("early", { storage });
  await createEntries(node, 600);
  for await (const _ of node.replica.backup()) break;
  await expect(rawRows(storage.store)).resolves.toBeDefined();
  await node.replica.close();
});

test("is refused when it was cut off anywhere, changed anywhere, or something follows it", async () => {
  await createEntries(a, 3);
  const bytes = await backupOf(a);
  const refused = async (damaged: Uint8Array): Promise<void> => {
    await expect(checkBackup(inPieces(damaged))).rejects.toMatchObject({ name: "ReplicaError" });
  };
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length - 1), async (length) => refused(bytes.subarray(0, length))),
    { numRuns: 200 },
  );
  await fc.assert(
    fc.asyncProperty(fc.nat(bytes.length * 8 - 1), async (bit) => {
      const flipped = bytes.slice();
      flipped[bit >> 3] = (flipped[bit >> 3] as number) ^ (1 << (bit & 7));
      await refused(flipped);
    }),
    { numRuns: 500 },
  );
  await refused(new Uint8Array([...bytes, 0]));
});

test("of a later version is refused as such", async () => {
  const header = {
    createdAtMicros: 1,
    software: "later",
    domainUuid: a.replica.domainUuid,
    serverUuid: a.replica.serverUuid,
  };
  const text = new TextDecoder().decode(
    encodeHeader({ ...header, totals: a.replica.status().totals, seen: new Map() }),
  );
  for (const changed of [text.replace('"version":1', '"version":2'), text.replace(/Format":\d+/, 'Format":99')])
    expect(() => decodeHeader(new TextEncoder().encode(changed))).toThrow(/cannot read the backup/);
});

test("is refused when its header lacks something, whatever its checksums say", () => {
  const { domainUuid, serverUuid } = a.replica;
  const { totals } = a.replica.status();
  const seen = new Map([[serverUuid, 5]]);
  const header = { createdAtMicros: 1, software: "other", domainUuid, serverUuid, totals, seen };
  const whole = JSON.parse(new TextDecoder().decode(encodeHeader(header)));
  for (const lacking of Object.keys(whole).filter((name) => !/^(version|databaseFormat)$/.test(name))) {
    for (const instead of [undefined, null, "text", [null]]) {
      const changed = new TextEncoder().encode(JSON.stringify({ ...whole, [lacking]: instead }));
      if (lacking === "software" && instead === "text") continue;
      expect(() => decodeHeader(changed), `${lacking}: ${instead}`).toThrow(/no whole backup/);
    }
  }
});
