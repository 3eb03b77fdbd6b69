export { type Certificate, readCertificate, sameCertificate } from "./certificate.js";
export { type CertificateValidity, certificateValidity } from "./certificate-validity.js";
export { fingerprint } from "./fingerprint.js";
export {
  type CreateIdentityOptions,
  createIdentity,
  decodeIdentity,
  encodeIdentity,
  type Identity,
  type RenewIdentityOptions,
  renewIdentity,
} from "./identity.js";
export { IdentityError, type IdentityErrorBlame, type IdentityErrorCode } from "./identity-error.js";
export {
  adoptSuccessor,
  discardSuccessor,
  identityFilePath,
  loadIdentity,
  loadOrCreateIdentity,
  loadOrCreateSuccessor,
  loadSuccessor,
  saveIdentity,
  successorFilePath,
} from "./identity-file.js";
export { announceSuccessor, type SuccessorAnnouncement, verifySuccessor } from "./successor.js";
