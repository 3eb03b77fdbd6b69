import { type EntryState, NO_CONTEXT, type RegisterState, randomUuid, type ServerUuid } from "@concordat/crdt";
import { encodeEntry, encodeValue } from "@concordat/protocol";
import { sampleAttributes, sampleUuid } from "./sample-entries.js";

const HERE = randomUuid<ServerUuid>(new Uint8Array(16).fill(1));
const THERE = randomUuid<ServerUuid>(new Uint8Array(16).fill(2));

/** The servers that the sample states name, as the table that goes with their records. */
export const SAMPLE_SERVERS: readonly ServerUuid[] = [HERE, THERE];

const CREATED_MICROS = 1_000_000;

/** Sample entry `index` as its author has it: a change id and a register for each of its attributes. */
export const sampleState = (index: number): EntryState => {
  const createdAt = { ts: CREATED_MICROS + index, server: HERE };
  const attributes = Object.entries(sampleAttributes(index)).map(([name, value]) => {
    const register: RegisterState = {
      changeId: createdAt,
      value: encodeValue(value),
      context: NO_CONTEXT,
      siblings: [],
    };
    return [name, { register, set: undefined, map: undefined, counter: undefined }] as const;
  });
  return { kind: "live", uuid: sampleUuid(index), createdAt, conflictOf: undefined, attributes: new Map(attributes) };
};

/** What a supplier sends of an entry of which another server has changed one attribute, each in turn. */
export const sampleChange = (index: number, states: readonly EntryState[]): EntryState => {
  const entry = states[index % states.length] as EntryState;
  const name = [...entry.attributes.keys()][index % entry.attributes.size] as string;
  const changeId = { ts: 2 * CREATED_MICROS + states.length + index, server: THERE };
  const context = new Map([[HERE, entry.createdAt.ts]]);
  const register: RegisterState = { changeId, value: encodeValue(`changed ${index}`), context, siblings: [] };
  return { ...entry, attributes: new Map([[name, { register }]]) } as EntryState;
};

export const sampleServerIndex = (server: ServerUuid): number => SAMPLE_SERVERS.indexOf(server);

/** The record of sample entry `index`. */
export const sampleRecord = (index: number): Uint8Array => encodeEntry(sampleState(index), sampleServerIndex);
