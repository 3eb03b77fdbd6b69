import { type Config, formatIssue } from "@concordat/config";
import type { Identity } from "@concordat/identity";
import { type DaemonClient, withDaemon } from "../client/daemon-client.js";
import { CommandError } from "../command-error.js";
import { summarizeCertificate } from "../compose/certificate-summary.js";
import { readConfigFile } from "../compose/config-file.js";
import { acceptedCertificates } from "./accepted-certificates.js";
import { certificateFindings } from "./certificate-findings.js";
import { configFindings } from "./config-findings.js";
import { diagnose } from "./diagnose.js";
import { DEFAULT_THRESHOLDS, type Thresholds } from "./exchange-findings.js";
import { examineFiles } from "./file-findings.js";
import { type Finding, finding } from "./finding.js";
import { originFindings } from "./network-findings.js";
import { readStatus, runningFindings } from "./running-findings.js";
import { stoppedFindings } from "./stopped-findings.js";

export interface Examination {
  readonly verdict: string;
  readonly daemon: "running" | "stopped" | "denied" | "unknown";
  readonly findings: readonly Finding[];
  /** What could not be looked at, and why. */
  readonly notChecked: readonly string[];
}

/** Looks at everything that can be looked at, whether the daemon of `file` runs or not; changes nothing. */
export const examine = async (file: string): Promise<Examination> => {
  const read = await readConfig(file);
  if ("findings" in read) {
    const notChecked = ["everything else: it depends on the configuration"];
    return { verdict: `${file} cannot be used.`, daemon: "unknown", findings: read.findings, notChecked };
  }
  const { config } = read;
  const { identity, findings } = await examineFiles(file, config);
  const before = [
    ...configFindings(config),
    ...findings,
    ...(config.replication ? await originFindings(config.replication) : []),
  ];
  const live = await examineDaemon(file, config, identity);
  return { ...live, findings: [...live.findings, ...before] };
};

const readConfig = async (file: string): Promise<{ config: Config } | { findings: Finding[] }> => {
  try {
    const result = await readConfigFile(file);
    if (result.ok) return { config: result.config };
    const mending = { remedy: "correct the file", command: "concordat configtest" };
    return { findings: result.errors.map((issue) => finding("config-invalid", file, formatIssue(issue), mending)) };
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    return { findings: [finding("config-unreadable", file, error.message, { remedy: error.remedy })] };
  }
};

const examineDaemon = async (file: string, config: Config, identity: Identity | undefined): Promise<Examination> => {
  try {
    return await withDaemon({ file, config }, (daemon) => examineRunning(daemon, config));
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    const { code, message, remedy } = error;
    if (code === "denied") {
      const found = finding("daemon-denied", config.adminBindPath, message, { remedy });
      return {
        verdict: "The daemon cannot be asked.",
        daemon: "denied",
        findings: [found],
        notChecked: [ONLY_THE_DAEMON],
      };
    }
    if (code !== "daemon_not_running" && code !== "daemon_gone") throw error;
    return examineStopped(file, config, identity, message);
  }
};

const ONLY_THE_DAEMON =
  "links as they are, lag, purge horizon, refused connections, conflicts: only a running daemon knows";

const examineRunning = async (daemon: DaemonClient, config: Config): Promise<Examination> => {
  const status = await readStatus(daemon);
  const findings = [...diagnose(status, Date.now(), thresholdsOf(config)), ...(await runningFindings(daemon))];
  return { verdict: status.verdict, daemon: "running", findings, notChecked: [] };
};

const examineStopped = async (
  file: string,
  config: Config,
  identity: Identity | undefined,
  message: string,
): Promise<Examination> => {
  const command = `concordat server -c ${file}`;
  const own = identity && {
    fingerprintSha256: identity.certificate.fingerprintSha256,
    notAfter: iso(identity.certificate.notAfterMs),
  };
  const accepted = await acceptedCertificates(config);
  const partners = accepted.partners.map(({ origin, certificates }) => ({
    origin: origin.text,
    certificates: certificates.map(summarizeCertificate).map((one) => ({ ...one, notAfter: iso(one.notAfterMs) })),
  }));
  const findings = [
    finding("daemon-not-running", config.adminBindPath, message, { remedy: "start it", command }),
    ...accepted.findings,
    ...certificateFindings({ own, partners }, Date.now()),
    ...(await stoppedFindings(config, identity, accepted.partners)),
  ];
  return { verdict: "The daemon does not run.", daemon: "stopped", findings, notChecked: [ONLY_THE_DAEMON] };
};

const iso = (ms: number): string => new Date(ms).toISOString();

/** Four polls are more than a link ever needs, when it works. */
const thresholdsOf = ({ replication }: Config): Thresholds => {
  if (replication === undefined) return DEFAULT_THRESHOLDS;
  const behindSeconds = Math.max(5, (4 * replication.taskPollIntervalMs) / 1_000);
  return { behindSeconds, silentSeconds: 60 + behindSeconds, clockDriftSeconds: replication.maxClockSkewMs / 10_000 };
};
