import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { BitString, Null, OctetString, Utf8String } from "asn1js";
import {
  AltName,
  AttributeTypeAndValue,
  BasicConstraints,
  Extension,
  ExtKeyUsage,
  GeneralName,
  type Certificate as Pkijs,
  RelativeDistinguishedNames,
} from "pkijs";
import { expect, test } from "vitest";
import { codeOf, identityOf, NOW_MS } from "../test/fixture.js";
import { needOpenssl, openssl } from "../test/openssl.js";
import { pkijsOf, reissue } from "../test/reissue.js";
import { readCertificate, sameCertificate } from "./certificate.js";
import { EXTENSION, KEY_PURPOSE } from "./extension.js";
import { fingerprint } from "./fingerprint.js";

const { certificate, privateKeyPem } = identityOf("a", "repl://node-a.example:8444");
const { der, base64, pem } = certificate;

test("Node reads the same from it", () => {
  const node = new X509Certificate(der);
  expect(node.raw).toEqual(Buffer.from(der));
  expect(node.toString()).toBe(pem);
  expect(node.fingerprint256).toBe(certificate.fingerprintSha256);
  expect(fingerprint(der)).toBe(certificate.fingerprintSha256);
  expect(node.serialNumber).toBe(certificate.serialNumber);
  expect([node.subject, node.issuer]).toEqual([certificate.subject, certificate.subject]);
  expect([Date.parse(node.validFrom), Date.parse(node.validTo)]).toEqual([
    certificate.notBeforeMs,
    certificate.notAfterMs,
  ]);
  expect(node.publicKey.export({ format: "der", type: "spki" }).subarray(12)).toEqual(
    Buffer.from(certificate.publicKey),
  );
  expect(node.verify(node.publicKey)).toBe(true);
  expect(node.ca).toBe(false);
  expect(node.keyUsage).toEqual(["1.3.6.1.5.5.7.3.1", "1.3.6.1.5.5.7.3.2"]);
  expect(node.checkHost("node-a.example")).toBe("node-a.example");
});

test("it is read from DER and from every text that people paste", () => {
  const base64url = base64.replaceAll("+", "-").replaceAll("/", "_");
  const texts = [base64, base64url, base64url.replace(/=+$/, ""), ` ${base64}\n`, base64.replace(/.{64}/g, "$&\r\n")];
  for (const input of [der, Buffer.from(der), ...texts, pem, `\n${pem.replaceAll("\n", "\r\n")}  `]) {
    expect(readCertificate(input)).toEqual(certificate);
  }
});

test("its bytes are its own", () => {
  const input = der.slice();
  const read = readCertificate(input);
  input.fill(0);
  expect(sameCertificate(read, certificate)).toBe(true);
});

test.each([
  ["nothing", "", "certificate_malformed"],
  ["no bytes", new Uint8Array(), "certificate_malformed"],
  ["prose", "certificate: none", "certificate_malformed"],
  ["base64 that was cut off", base64.slice(0, 300), "certificate_malformed"],
  ["base64 with stray bits", base64.replace(/.=*$/, "B"), "certificate_malformed"],
  ["broken PEM", pem.slice(0, -10), "certificate_malformed"],
  ["two certificates", pem + pem, "certificate_malformed"],
  ["another kind of PEM", pem.replaceAll("CERTIFICATE", "CERTIFICATE REQUEST"), "certificate_malformed"],
  ["a huge text", "A".repeat(1_000_000), "certificate_malformed"],
  ["a huge certificate", new Uint8Array(17_000).fill(0x30), "certificate_malformed"],
  [
    "deep nesting",
    Uint8Array.from({ length: 16_000 }, (_, index) => (index % 2 === 0 ? 0x30 : 0x80)),
    "certificate_malformed",
  ],
  ["one byte more", Uint8Array.of(...der, 0), "certificate_trailing_bytes"],
  ["the certificate twice", Uint8Array.of(...der, ...der), "certificate_trailing_bytes"],
])("%s is refused", (_, input, code) => {
  expect(codeOf(() => readCertificate(input))).toBe(code);
});

test("whoever pastes the private key is warned, and it is not repeated", () => {
  expect(codeOf(() => readCertificate(pem + privateKeyPem))).toBe("certificate_malformed");
  expect(() => readCertificate(pem + privateKeyPem)).toThrow(/private key, which must never leave/);
  expect(() => readCertificate(pem + privateKeyPem)).not.toThrow(new RegExp(privateKeyPem.split("\n")[1] ?? "never"));
});

test("two certificates are the same by public key and DER only", () => {
  const other = identityOf("b").certificate;
  expect(sameCertificate(certificate, readCertificate(pem))).toBe(true);
  expect(sameCertificate(certificate, other)).toBe(false);
  expect(sameCertificate(certificate, { ...certificate, publicKey: other.publicKey })).toBe(false);
  expect(sameCertificate(certificate, { ...certificate, der: der.slice(0, -1) })).toBe(false);
});

test("a certificate that openssl made is read as Node reads it", (context) => {
  needOpenssl(context);
  const made = opensslCertificate("ed25519", [
    "basicConstraints = critical, CA:FALSE",
    "subjectAltName = DNS:*.example.com, IP:2001:db8:0:0:0:0:0:1, email:a@example.com, IP:192.0.2.7",
  ]);
  const read = readCertificate(made);
  expect(read.pem).toBe(made);
  expect(read.serialNumber).toBe(new X509Certificate(made).serialNumber);
  expect(read.subject).toBe('OU=x,CN=b,O=A\\, \\"B\\",C=DE');
  expect(read.hosts).toEqual(["*.example.com", "2001:db8::1", "192.0.2.7"]);
});

test("openssl's usual certificates are refused for what they are", (context) => {
  needOpenssl(context);
  const leaf = ["basicConstraints = critical, CA:FALSE"];
  expect(codeOf(() => readCertificate(opensslCertificate("rsa:2048", leaf)))).toBe("certificate_not_ed25519");
  expect(codeOf(() => readCertificate(opensslCertificate("ed448", leaf)))).toBe("certificate_not_ed25519");
  expect(codeOf(() => readCertificate(opensslCertificate("ed25519", ["basicConstraints = CA:TRUE"])))).toBe(
    "certificate_is_authority",
  );
});

const opensslCertificate = (keyType: string, extensions: readonly string[]): string => {
  const directory = mkdtempSync(join(tmpdir(), "concordat-identity-"));
  const [config, key, file] = ["openssl.cnf", "key.pem", "certificate.pem"].map((name) => join(directory, name)) as [
    string,
    string,
    string,
  ];
  try {
    const sections = ["[req]", "distinguished_name = name", "x509_extensions = extensions", "[name]", "[extensions]"];
    writeFileSync(config, [...sections, ...extensions, ""].join("\n"));
    const subject = '/C=DE/O=A, "B"/CN=b+OU=x';
    const newKey = ["-newkey", keyType, "-nodes", "-keyout", key, "-multivalue-rdn", "-subj", subject];
    openssl(["req", "-x509", "-config", config, ...newKey, "-days", "30", "-out", file]);
    return readFileSync(file, "utf8");
  } finally {
    rmSync(directory, { recursive: true });
  }
};

const flags = (...bytes: number[]) => new BitString({ valueHex: Uint8Array.from(bytes), unusedBits: 2 }).toBER(false);

const extensionOf = (parsed: Pkijs, extnID: string, content: ArrayBuffer) => {
  parsed.extensions = (parsed.extensions ?? []).map((old) =>
    old.extnID === extnID ? new Extension({ extnID, critical: old.critical, extnValue: content }) : old,
  );
};

test.each<[string, string, (parsed: Pkijs) => void]>([
  [
    "version 1",
    "certificate_malformed",
    (parsed) => {
      parsed.version = 0;
    },
  ],
  [
    "another issuer",
    "certificate_signature",
    (parsed) => {
      parsed.issuer = pkijsOf(identityOf("b").certificate.der).subject;
    },
  ],
  [
    "the key of someone else",
    "certificate_signature",
    (parsed) => {
      parsed.subjectPublicKeyInfo = pkijsOf(identityOf("b").certificate.der).subjectPublicKeyInfo;
    },
  ],
  [
    "a key of another kind",
    "certificate_not_ed25519",
    (parsed) => {
      parsed.subjectPublicKeyInfo.algorithm.algorithmId = "1.3.101.110";
    },
  ],
  [
    "a short key",
    "certificate_malformed",
    (parsed) => {
      parsed.subjectPublicKeyInfo.subjectPublicKey = new BitString({ valueHex: new Uint8Array(31) });
    },
  ],
  [
    "parameters of the algorithm",
    "certificate_not_ed25519",
    (parsed) => {
      parsed.signature.algorithmParams = new Null();
    },
  ],
  [
    "CA:TRUE",
    "certificate_is_authority",
    (parsed) => {
      extensionOf(parsed, EXTENSION.basicConstraints, new BasicConstraints({ cA: true }).toSchema().toBER(false));
    },
  ],
  [
    "keyCertSign",
    "certificate_is_authority",
    (parsed) => {
      extensionOf(parsed, EXTENSION.keyUsage, flags(0x84));
    },
  ],
  [
    "no digitalSignature",
    "certificate_purpose",
    (parsed) => {
      extensionOf(parsed, EXTENSION.keyUsage, flags(0x08));
    },
  ],
  [
    "a server's purpose only",
    "certificate_purpose",
    (parsed) => {
      const purposes = new ExtKeyUsage({ keyPurposes: [KEY_PURPOSE.serverAuth] });
      extensionOf(parsed, EXTENSION.extendedKeyUsage, purposes.toSchema().toBER(false));
    },
  ],
  [
    "an extension twice",
    "certificate_malformed",
    (parsed) => {
      parsed.extensions?.push(...parsed.extensions.slice(-1));
    },
  ],
  [
    "an extension of rubbish",
    "certificate_malformed",
    (parsed) => {
      extensionOf(parsed, EXTENSION.subjectAltName, Uint8Array.of(1, 2, 3).buffer);
    },
  ],
  [
    "an address of five octets",
    "certificate_malformed",
    (parsed) => {
      const name = new GeneralName({ type: 7, value: new OctetString({ valueHex: new Uint8Array(5) }) });
      extensionOf(parsed, EXTENSION.subjectAltName, new AltName({ altNames: [name] }).toSchema().toBER(false));
    },
  ],
  [
    "a name that a terminal acts on",
    "certificate_malformed",
    (parsed) => {
      const name = new GeneralName({ type: 2, value: "\x1b[31m" });
      extensionOf(parsed, EXTENSION.subjectAltName, new AltName({ altNames: [name] }).toSchema().toBER(false));
    },
  ],
])("%s makes a certificate %s, though its own key signed it", (_, code, edit) => {
  expect(codeOf(() => readCertificate(reissue(der, privateKeyPem, edit)))).toBe(code);
});

test("the same content without an edit is accepted, so the edits are what is refused", () => {
  expect(readCertificate(reissue(der, privateKeyPem, () => {}))).toEqual(certificate);
});

test("control characters of a stranger's subject are shown, not sent to the terminal", () => {
  const edited = reissue(der, privateKeyPem, (parsed) => {
    const value = new Utf8String({ value: " a,\u001b[31m\u202eß" });
    const typesAndValues = [new AttributeTypeAndValue({ type: "2.5.4.3", value })];
    parsed.subject = parsed.issuer = new RelativeDistinguishedNames({ typesAndValues });
  });
  expect(readCertificate(edited).subject).toBe("CN=\\ a\\,\\1b[31m\\e2\\80\\aeß");
});

test("expired and future certificates are read: time is asked elsewhere", () => {
  expect(readCertificate(identityOf("a", "localhost", 300_000).certificate.der).notAfterMs).toBeLessThan(NOW_MS);
});
