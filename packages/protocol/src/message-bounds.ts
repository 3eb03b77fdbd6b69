/** UTF-8 bytes of the texts in messages, and how many there may be: they are kept and shown by whoever receives them. */
export const SOFTWARE_BYTES_MAX = 255;
export const FEATURE_BYTES_MAX = 255;
export const FEATURES_MAX = 64;
export const ERROR_CODE_BYTES_MAX = 64;
export const ERROR_MESSAGE_BYTES_MAX = 1_000;

/** Of a certificate in DER that is announced; one made here has about 500. */
export const SUCCESSOR_BYTES_MAX = 4_096;
/** Ed25519. */
export const SIGNATURE_BYTES = 64;
/** Certificates that one partner is accepted with. */
export const ACCEPTED_CERTIFICATES_MAX = 16;

/** Bytes of a cursor's commit, and of a lineage's hash. */
export const COMMIT_BYTES = 8;
/** Of a run of entries, or of one; and of one attribute: beginnings of SHA-256. */
export const RANGE_DIGEST_BYTES = 16;
export const ATTRIBUTE_DIGEST_BYTES = 8;
/** Runs, entries, attributes of an entry that one answer tells the digests of. */
export const DIGEST_RANGES_MAX = 1_024;
export const DIGEST_ENTRIES_MAX = 64;
export const DIGEST_ATTRIBUTES_MAX = 256;
/** SHA-256. */
export const DIGEST_BYTES = 32;
