/** A uuid as 36 lower-case characters: text order is byte order. */
export type Uuid = string & { readonly uuid: "entry" | "server" | "domain" };

/** Names one incarnation of a replica. A refresh or a restore takes a new one. */
export type ServerUuid = string & { readonly uuid: "server" };

/** Names the database that replicas are copies of. */
export type DomainUuid = string & { readonly uuid: "domain" };

/** Bytes of a uuid. */
export const UUID_BYTES = 16;

const PATTERN = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, "0"));

/** The uuid in `text`, in either case, or `undefined` where it is none. */
export const parseUuid = <U extends Uuid | ServerUuid | DomainUuid = Uuid>(text: string): U | undefined => {
  const lower = text.toLowerCase();
  return PATTERN.test(lower) ? (lower as U) : undefined;
};

/** The uuid in the 16 bytes from `offset`. The caller has checked that they are there. */
export const uuidFromBytes = <U extends Uuid | ServerUuid | DomainUuid = Uuid>(bytes: Uint8Array, offset = 0): U => {
  const hex = (index: number): string => HEX[bytes[offset + index] as number] as string;
  return `${hex(0)}${hex(1)}${hex(2)}${hex(3)}-${hex(4)}${hex(5)}-${hex(6)}${hex(7)}-${hex(8)}${hex(9)}-${hex(10)}${hex(11)}${hex(12)}${hex(13)}${hex(14)}${hex(15)}` as U;
};

/** The value of each hexadecimal digit, by character code. */
const DIGIT = new Uint8Array(128);
for (let digit = 0; digit < 16; digit += 1) DIGIT[digit.toString(16).charCodeAt(0)] = digit;

/** Writes the 16 bytes of `uuid` at `offset` of `target`. */
export const writeUuid = (uuid: Uuid | ServerUuid | DomainUuid, target: Uint8Array, offset = 0): void => {
  let position = 0;
  for (let index = 0; index < UUID_BYTES; index += 1) {
    if (index === 4 || index === 6 || index === 8 || index === 10) position += 1;
    const high = DIGIT[uuid.charCodeAt(position)] as number;
    const low = DIGIT[uuid.charCodeAt(position + 1)] as number;
    target[offset + index] = (high << 4) | low;
    position += 2;
  }
};

export const uuidToBytes = (uuid: Uuid | ServerUuid | DomainUuid): Uint8Array => {
  const bytes = new Uint8Array(UUID_BYTES);
  writeUuid(uuid, bytes);
  return bytes;
};

/** A random uuid (RFC 9562, version 4) out of 16 random bytes, which are not kept. */
export const randomUuid = <U extends Uuid | ServerUuid | DomainUuid = Uuid>(randomBytes: Uint8Array): U =>
  uuidFromBytes<U>(withVersion(randomBytes.slice(0, UUID_BYTES), 4));

/** A name-based uuid (RFC 9562, version 5) out of a SHA-1 hash. */
export const hashedUuid = (sha1: Uint8Array): Uuid => uuidFromBytes<Uuid>(withVersion(sha1.slice(0, UUID_BYTES), 5));

const withVersion = (bytes: Uint8Array, version: number): Uint8Array => {
  bytes[6] = ((bytes[6] as number) & 0x0f) | (version << 4);
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  return bytes;
};
