import type { Identity } from "@concordat/identity";
import type { TlsIdentity } from "@concordat/protocol/tls";

/** What TLS needs of an identity. */
export const tlsIdentity = ({ certificate, privateKeyPem }: Identity): TlsIdentity => ({
  certificatePem: certificate.pem,
  privateKeyPem,
});
