import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { eventually } from "../testing/eventually.js";
import { fetchOnce, type HttpAnswer } from "../testing/http.js";
import { converge, type TestNode } from "../testing/node.js";
import { createNode, createPair } from "../testing/nodes.js";
import { type SmallDisk, smallDisk } from "./small-disk.js";

const DISK_MEBIBYTES = 6;

const disks: SmallDisk[] = [];
// Comes before the nodes' directories are removed.
afterEach(async () => {
  for (const disk of disks.splice(0)) await disk.remove();
});

const onSmallDisk = async (node: TestNode): Promise<SmallDisk> => {
  const disk = await smallDisk(join(node.directory, "data"), DISK_MEBIBYTES);
  disks.push(disk);
  node.launcher = disk.launcher;
  return disk;
};

const put = ({ socketPath }: TestNode, uuid: string, bytes = 40_000): Promise<HttpAnswer> =>
  fetchOnce({
    socketPath,
    method: "PUT",
    path: `/v1/entries/${uuid}`,
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ attributes: { text: "x".repeat(bytes) } }),
  });

const get = ({ socketPath }: TestNode, uuid: string): Promise<HttpAnswer> =>
  fetchOnce({ socketPath, path: `/v1/entries/${uuid}` });

/** Writes until there is no more room. */
const fill = async (node: TestNode) => {
  const stored: string[] = [];
  for (;;) {
    const uuid = randomUUID();
    const answer = await put(node, uuid);
    if (answer.status !== 201) return { stored, answer };
    stored.push(uuid);
  }
};

describe("a node whose disk is full", () => {
  it("says so to whoever writes, serves reads, and takes writes again when there is room", async () => {
    const node = await createNode();
    const disk = await onSmallDisk(node);
    await node.start();
    const { stored, answer } = await fill(node);
    expect(stored.length).toBeGreaterThan(20);
    expect(answer.status).toBe(507);
    expect(answer.headers["content-type"]).toBe("application/problem+json");
    expect(JSON.parse(answer.body)).toMatchObject({ type: "urn:concordat:error:storage_full" });
    expect(JSON.parse(answer.body).detail).toContain("space");
    expect(answer.headers["retry-after"]).toBeDefined();
    for (const uuid of stored) expect((await get(node, uuid)).status).toBe(200);
    expect((await put(node, randomUUID())).status).toBe(507);
    expect(await node.daemon.logged("http_request_failed")).toMatchObject({ level: "error" });

    await disk.makeRoom(node.daemon.pid ?? 0);
    const uuid = randomUUID();
    expect((await put(node, uuid)).status).toBe(201);
    await node.restart();
    for (const one of [...stored, uuid]) expect((await get(node, one)).status).toBe(200);
    expect((await node.run("verify")).exitCode).toBe(0);
  });

  it("names what it cannot pull in its status, and goes on by itself when there is room", async () => {
    const [supplier, consumer] = await createPair();
    const disk = await onSmallDisk(consumer);
    await consumer.addPartner(supplier);
    await supplier.addPartner(consumer);
    await Promise.all([supplier.start(), consumer.start()]);
    await consumer.run("refresh-replication-consumer");
    await consumer.linkIs(supplier, "in-sync");
    const uuids = Array.from({ length: 12 * DISK_MEBIBYTES }, () => randomUUID());
    for (const uuid of uuids) expect((await put(supplier, uuid, 200_000)).status).toBe(201);

    const { partners, health, verdict } = await consumer.linkIs(supplier, "storage-full");
    expect(health).toBe("degraded");
    expect(partners[0]?.message).toContain(supplier.origin);
    expect(partners[0]?.remedy).toContain("space");
    expect(verdict).toContain(supplier.origin);
    expect((await consumer.run("status")).exitCode).toBe(6);
    expect((await fetchOnce({ socketPath: consumer.socketPath, path: "/v1/entries?limit=1" })).status).toBe(200);

    await disk.makeRoom(consumer.daemon.pid ?? 0);
    await consumer.linkIs(supplier, "in-sync");
    await eventually(
      () => Promise.all([supplier.digest(), consumer.digest()]),
      ([left, right]) => left === right,
    );
    await converge(supplier, consumer);
  });
});
