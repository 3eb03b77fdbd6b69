import {
  type AttributeState,
  type ChangeId,
  type CounterState,
  type EntryState,
  elementKey,
  isNamedKind,
  type MapState,
  type NamedKind,
  type NamedStates,
  type RegisterState,
  type ServerUuid,
  type SetState,
  type Uuid,
  type Value,
  type Version,
} from "@concordat/crdt";
import { encodeValue } from "../value.js";

/** A test vector: bytes, and what they say in JSON or the code of the error that they must cause. */
export interface Vector {
  readonly name: string;
  readonly meaning: string;
  readonly hex: string;
  readonly valid?: true;
  readonly error?: string;
}

export interface ValueVector extends Vector {
  readonly value?: unknown;
}

export interface EntryVector extends Vector {
  readonly entry?: EntryNotation;
}

export interface MessageVector extends Vector {
  readonly direction: "request" | "reply";
  readonly message?: unknown;
}

/** What JSON cannot say: `{"$bytes": hex}`, `{"$integer": digits}`, and null for what is absent. */
export const fromNotation = (notation: unknown): unknown => {
  if (notation === null) return undefined;
  if (Array.isArray(notation)) return notation.map(fromNotation);
  if (typeof notation !== "object") return notation;
  if ("$bytes" in notation) return new Uint8Array(Buffer.from(String(notation.$bytes), "hex"));
  if ("$integer" in notation) return BigInt(String(notation.$integer));
  return Object.fromEntries(Object.entries(notation).map(([key, value]) => [key, fromNotation(value)]));
};

/** `[index in the server table, ts]`. */
type ChangeIdNotation = readonly [number, number];

interface VersionNotation {
  readonly changeId: ChangeIdNotation;
  readonly value: unknown;
  /** What the writer knew; nothing when left out. */
  readonly context?: readonly ChangeIdNotation[];
}

interface RegisterNotation extends VersionNotation {
  readonly siblings?: readonly VersionNotation[];
}

interface AttributeNotation {
  readonly register?: RegisterNotation;
  readonly set?: readonly {
    readonly changeId: ChangeIdNotation;
    readonly present: boolean;
    readonly element: unknown;
  }[];
  readonly map?: Readonly<Record<string, RegisterNotation>>;
  readonly counter?: readonly {
    readonly server: number;
    readonly ts: number;
    readonly increments: number;
    readonly decrements: number;
  }[];
  /** Of kinds that users have made. */
  readonly [kind: NamedKind]: RegisterNotation;
}

export interface EntryNotation {
  readonly uuid: Uuid;
  readonly createdAt: ChangeIdNotation;
  readonly conflictOf: Uuid | null;
  readonly deletion?: RegisterNotation;
  readonly attributes?: Readonly<Record<string, AttributeNotation>>;
}

export const entryFromNotation = (notation: EntryNotation, servers: readonly ServerUuid[]): EntryState => {
  const changeIdOf = ([server, ts]: ChangeIdNotation): ChangeId => ({ ts, server: servers[server] as ServerUuid });
  const versionOf = ({ changeId, value, context = [] }: VersionNotation): Version => ({
    changeId: changeIdOf(changeId),
    value: value === null ? undefined : bytesOf(value),
    context: new Map(context.map(([server, ts]) => [servers[server] as ServerUuid, ts])),
  });
  const registerOf = ({ siblings = [], ...newest }: RegisterNotation): RegisterState => ({
    ...versionOf(newest),
    siblings: siblings.map(versionOf),
  });
  const setOf = (notations: AttributeNotation["set"]): SetState | undefined =>
    notations && {
      elements: new Map(
        notations.map(({ changeId, present, element }) => [
          elementKey(bytesOf(element)),
          { changeId: changeIdOf(changeId), present },
        ]),
      ),
    };
  const mapOf = (notations: AttributeNotation["map"]): MapState | undefined =>
    notations && { keys: new Map(Object.entries(notations).map(([key, register]) => [key, registerOf(register)])) };
  const counterOf = (notations: AttributeNotation["counter"]): CounterState | undefined =>
    notations && {
      totals: new Map(notations.map(({ server, ...total }) => [servers[server] as ServerUuid, total])),
    };
  const namedOf = (notation: AttributeNotation): NamedStates | undefined => {
    const kinds = Object.keys(notation).filter(isNamedKind);
    return kinds.length === 0
      ? undefined
      : new Map(kinds.map((kind) => [kind, registerOf(notation[kind] as RegisterNotation)]));
  };
  const attributeOf = (notation: AttributeNotation): AttributeState => ({
    register: notation.register && registerOf(notation.register),
    set: setOf(notation.set),
    map: mapOf(notation.map),
    counter: counterOf(notation.counter),
    named: namedOf(notation),
  });

  const { uuid, createdAt, conflictOf, deletion, attributes } = notation;
  const identity = { uuid, createdAt: changeIdOf(createdAt), conflictOf: conflictOf ?? undefined };
  const states = new Map(Object.entries(attributes ?? {}).map(([name, state]) => [name, attributeOf(state)]));
  return deletion
    ? { kind: "tombstone", ...identity, deletion: registerOf(deletion), attributes: states }
    : { kind: "live", ...identity, attributes: states };
};

const bytesOf = (notation: unknown): Uint8Array => encodeValue(fromNotation(notation) as Value);
