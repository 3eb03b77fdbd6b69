import type { Certificate } from "@concordat/identity";
import type { Command } from "commander";
import { EXIT_CODE } from "../exit-code.js";
import { formatDuration } from "../terminal/quantity.js";
import { formatTable } from "../terminal/table.js";
import { defineCommand } from "./command-context.js";

/** `concordat show-replication-certificate-metadata` */
export const addShowCertificateMetadata = (program: Command): void => {
  const command = program
    .command("show-replication-certificate-metadata")
    .description("print fingerprint, subject and validity of this node's certificate");
  const example = "concordat show-replication-certificate-metadata -c server.toml";
  defineCommand(command, example, async ({ terminal, loadConfig }) => {
    const { nodeIdentity } = await import("../compose/node-identity.js");
    const { certificate } = await nodeIdentity(await loadConfig());
    if (terminal.json) await terminal.print(JSON.stringify(asJson(certificate)));
    else for (const line of formatTable(asRows(certificate, Date.now()))) await terminal.print(line);
    return EXIT_CODE.ok;
  });
};

const asJson = (certificate: Certificate) => ({
  fingerprintSha256: certificate.fingerprintSha256,
  subject: certificate.subject,
  serialNumber: certificate.serialNumber,
  hosts: certificate.hosts,
  notBefore: new Date(certificate.notBeforeMs).toISOString(),
  notAfter: new Date(certificate.notAfterMs).toISOString(),
});

const asRows = (certificate: Certificate, nowMs: number): string[][] => {
  const { fingerprintSha256, subject, serialNumber, hosts, notBefore, notAfter } = asJson(certificate);
  const leftMs = certificate.notAfterMs - nowMs;
  return [
    ["fingerprint (SHA-256)", fingerprintSha256],
    ["subject", subject],
    ["serial number", serialNumber],
    ["hosts", hosts.join(", ")],
    ["valid from", notBefore],
    ["valid until", `${notAfter} (${leftMs > 0 ? `${formatDuration(leftMs)} left` : "expired"})`],
  ];
};
