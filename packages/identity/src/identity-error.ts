/**
 * What went wrong, by code. Callers branch on it; the message is for people and names the remedy.
 *
 * - `argument_invalid`: a seed, a time or random bytes of the wrong shape.
 * - `origin_invalid`: neither `repl://host:port` nor a host that a certificate can name.
 * - `certificate_malformed`: not DER, base64, base64url or PEM of one X.509 v3 certificate in its one DER form.
 * - `certificate_trailing_bytes`: a certificate, then more bytes.
 * - `certificate_not_ed25519`: another kind of key or signature.
 * - `certificate_is_authority`: could issue other certificates (CA:TRUE, or keyCertSign).
 * - `certificate_purpose`: its extensions forbid what a replication partner does with it.
 * - `certificate_signature`: not signed by its own key.
 * - `successor_signature`: an announced certificate without the signature of the one before it.
 * - `key_malformed`: not the PKCS#8 PEM of an Ed25519 key.
 * - `key_mismatch`: key and certificate do not belong together.
 * - `key_file_permissions`: others than the owner may read or write the key file.
 * - `identity_file_malformed`: not one private key and one certificate.
 * - `identity_file_io`: the operating system refused; `cause` is its error.
 */
export type IdentityErrorCode =
  | "argument_invalid"
  | "origin_invalid"
  | "certificate_malformed"
  | "certificate_trailing_bytes"
  | "certificate_not_ed25519"
  | "certificate_is_authority"
  | "certificate_purpose"
  | "certificate_signature"
  | "successor_signature"
  | "key_malformed"
  | "key_mismatch"
  | "key_file_permissions"
  | "identity_file_malformed"
  | "identity_file_io";

/** Who has to act: the calling program, whoever made the certificate, the operator of this node, or the operating system. */
export type IdentityErrorBlame = "caller" | "certificate" | "operator" | "system";

const blameByCode: Readonly<Record<IdentityErrorCode, IdentityErrorBlame>> = {
  argument_invalid: "caller",
  origin_invalid: "operator",
  certificate_malformed: "certificate",
  certificate_trailing_bytes: "certificate",
  certificate_not_ed25519: "certificate",
  certificate_is_authority: "certificate",
  certificate_purpose: "certificate",
  certificate_signature: "certificate",
  successor_signature: "certificate",
  key_malformed: "operator",
  key_mismatch: "operator",
  key_file_permissions: "operator",
  identity_file_malformed: "operator",
  identity_file_io: "system",
};

/** The only error that this package throws. Its message never holds key material. */
export class IdentityError extends Error {
  override readonly name = "IdentityError";
  readonly code: IdentityErrorCode;
  readonly blame: IdentityErrorBlame;

  constructor(code: IdentityErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.blame = blameByCode[code];
  }
}
