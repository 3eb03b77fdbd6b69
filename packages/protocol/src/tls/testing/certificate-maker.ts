import { execFileSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TlsIdentity } from "../tls-identity.js";

export interface MadeCertificate extends TlsIdentity {
  readonly der: Uint8Array;
  readonly fingerprint: string;
  readonly validToMs: number;
}

export interface CertificateWish {
  /** Default: one that no other certificate has. */
  readonly subject?: string;
  readonly isAuthority?: boolean;
  /** From now; negative is expired. */
  readonly days?: number;
  readonly subjectAltName?: string;
  readonly usage?: string;
  /** Default: Ed25519. */
  readonly keyAlgorithm?: "EC";
  /** Default: self-signed. */
  readonly issuer?: MadeCertificate;
  /** Default: a key of its own. */
  readonly keyOf?: MadeCertificate;
}

/** Makes certificates with the openssl command, in a directory that `dispose` removes. */
export class CertificateMaker {
  readonly #directory = mkdtempSync(join(tmpdir(), "concordat-tls-"));
  #count = 0;

  make(wish: CertificateWish = {}): MadeCertificate {
    this.#count += 1;
    const file = (suffix: string) => join(this.#directory, `${this.#count}.${suffix}`);
    const privateKeyPem = wish.keyOf?.privateKeyPem ?? openssl("genpkey", ...algorithm(wish));
    writeFileSync(file("key"), privateKeyPem);
    writeFileSync(file("extensions"), extensions(wish));
    const subject = `/CN=${wish.subject ?? `test-${this.#count}`}`;
    openssl("req", "-new", "-key", file("key"), "-subj", subject, "-out", file("csr"));
    openssl(
      ..."x509 -req -set_serial".split(" "),
      String(this.#count),
      ...["-in", file("csr"), "-days", String(wish.days ?? 30), "-extfile", file("extensions"), "-out", file("pem")],
      ...this.#signer(wish.issuer, file("key")),
    );
    const certificatePem = readFileSync(file("pem"), "utf8");
    const certificate = new X509Certificate(certificatePem);
    return {
      certificatePem,
      privateKeyPem,
      der: certificate.raw,
      fingerprint: certificate.fingerprint256,
      validToMs: Date.parse(certificate.validTo),
    };
  }

  /** A PEM file with certificate and key, for a command. */
  file(certificate: MadeCertificate): string {
    this.#count += 1;
    const path = join(this.#directory, `${this.#count}.both.pem`);
    writeFileSync(path, certificate.certificatePem + certificate.privateKeyPem);
    return path;
  }

  dispose(): void {
    rmSync(this.#directory, { recursive: true, force: true });
  }

  #signer(issuer: MadeCertificate | undefined, keyFile: string): string[] {
    if (issuer === undefined) return ["-signkey", keyFile];
    const file = (suffix: string) => join(this.#directory, `${this.#count}.issuer.${suffix}`);
    writeFileSync(file("pem"), issuer.certificatePem);
    writeFileSync(file("key"), issuer.privateKeyPem);
    return ["-CA", file("pem"), "-CAkey", file("key")];
  }
}

const extensions = (wish: CertificateWish): string =>
  [
    `basicConstraints=critical,CA:${wish.isAuthority ? "TRUE" : "FALSE"}`,
    `keyUsage=critical,digitalSignature${wish.isAuthority ? ",keyCertSign" : ""}`,
    `extendedKeyUsage=${wish.usage ?? "serverAuth,clientAuth"}`,
    `subjectAltName=${wish.subjectAltName ?? "DNS:localhost,IP:127.0.0.1"}`,
  ].join("\n");

const algorithm = ({ keyAlgorithm }: CertificateWish): string[] =>
  keyAlgorithm === "EC" ? ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"] : ["-algorithm", "ed25519"];

const openssl = (...args: string[]): string => execFileSync("openssl", args, { encoding: "utf8", stdio: "pipe" });
