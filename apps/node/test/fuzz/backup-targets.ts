import { createHash } from "node:crypto";
import { checkBackup, ReplicaError } from "@concordat/replica";
import { openApi } from "../../src/http/testing/api-under-test.js";
import { damaged } from "./byte-damage.js";
import { type FuzzTarget, Violation } from "./fuzz-target.js";
import type { Random } from "./random.js";

const MAGIC = Buffer.from("concordat-backup\n");
const CHECKSUM_BYTES = 32;

/** Backups with damage inside, whose checksums are right all the same: as somebody would make one who means harm. */
export const openBackupTarget = async (): Promise<FuzzTarget> => {
  const { replica } = await openApi({ attributes: { tags: { merge: "set" } } });
  for (let index = 0; index < 5; index += 1) await replica.create({ title: `entry ${index}`, tags: ["a", "b"] });
  const sample = Buffer.concat(await collected(replica.backup()));
  const payloads = payloadsOf(sample);
  const input = (random: Random): Uint8Array => {
    if (random.oneIn(4)) return damaged(sample, random, 3);
    const mutant = payloads.map((payload) => (random.oneIn(payloads.length) ? damaged(payload, random, 3) : payload));
    return fileOf(random.oneIn(10) ? mutant.slice(random.below(3)) : mutant);
  };
  return {
    name: "backups",
    share: 2,
    input,
    read: (bytes, random) => readBackup(bytes as Uint8Array, random),
    isRefusal: (error) => error instanceof ReplicaError && error.code.startsWith("backup_"),
  };
};

const readBackup = async (bytes: Uint8Array, random: Random): Promise<boolean> => {
  const { domainUuid, serverUuid, createdAtMicros } = await checkBackup(piecesOf(bytes, random));
  if (!domainUuid || !serverUuid || !Number.isSafeInteger(createdAtMicros)) throw new Violation("a backup of nothing");
  return true;
};

async function* piecesOf(bytes: Uint8Array, random: Random): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const end = at + 1 + random.below(400);
    yield bytes.slice(at, end);
    at = end;
  }
}

const collected = async (pieces: AsyncIterable<Uint8Array>): Promise<Uint8Array[]> => {
  const all: Uint8Array[] = [];
  for await (const piece of pieces) all.push(new Uint8Array(piece));
  return all;
};

const payloadsOf = (file: Buffer): Uint8Array[] => {
  const payloads: Uint8Array[] = [];
  for (let at = MAGIC.length; at < file.length; ) {
    const end = at + 4 + file.readUInt32BE(at);
    payloads.push(file.subarray(at + 4, end));
    at = end + CHECKSUM_BYTES;
  }
  return payloads;
};

const fileOf = (payloads: readonly Uint8Array[]): Uint8Array => {
  let checksum = Buffer.alloc(0);
  const parts: Uint8Array[] = [MAGIC];
  for (const payload of payloads) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(payload.length);
    checksum = createHash("sha256").update(checksum).update(length).update(payload).digest();
    parts.push(length, payload, checksum);
  }
  return Buffer.concat(parts);
};
