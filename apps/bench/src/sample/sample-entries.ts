import { createHash } from "node:crypto";
import { randomUuid, type Uuid } from "@concordat/crdt";
import type { Attributes } from "@concordat/replica";

/** The uuid of sample entry `index`: in no order, and the same in every process. */
export const sampleUuid = (index: number): Uuid => randomUuid<Uuid>(digestOf(`uuid ${index}`).subarray(0, 16));

/** A person of eight attributes, about 450 bytes as JSON, the same in every process. */
export const sampleAttributes = (index: number): Attributes => {
  const words = digestOf(`words ${index}`);
  const word = (at: number): string => WORDS[(words[at] as number) % WORDS.length] as string;
  const name = `${word(0)}-${word(1)}-${index}`;
  return {
    name,
    displayName: `${word(2)} ${word(3)} ${word(4)} (${index})`,
    mail: `${name}@${word(5)}.example.org`,
    description: Array.from({ length: 22 }, (_, at) => word(at + 6)).join(" "),
    city: word(29),
    employeeNumber: 1_000_000 + index,
    phone: `+49 ${words.readUInt32BE(0)} ${words.readUInt16BE(8)}`,
    publicKey: words.toString("base64"),
  };
};

const digestOf = (text: string): Buffer => createHash("sha256").update(text).digest();

const WORDS = [
  ...["amber", "basalt", "cedar", "delta", "ember", "fjord", "garnet", "harbour", "island", "juniper", "kestrel"],
  ...["lantern", "meadow", "nectar", "orchard", "prairie", "quartz", "ridge", "summit", "tundra", "umbra", "valley"],
  ...["willow", "xenon", "yarrow", "zephyr", "anchor", "beacon", "copper", "drift", "estuary", "flint"],
];
