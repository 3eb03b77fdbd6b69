import type { Config, PartnerConfig } from "@concordat/config";
import type { DomainUuid } from "@concordat/crdt";
import type { Identity } from "@concordat/identity";
import type { Hello } from "@concordat/protocol";
import { openStoppedReplica } from "../compose/node-replica.js";
import { codeOf } from "../describe-failure.js";
import { isWell } from "../http/verdict.js";
import { type Finding, finding, partnerFinding } from "./finding.js";
import { linkFinding } from "./link-findings.js";
import { listenFindings } from "./network-findings.js";
import { probePartner } from "./partner-probe.js";

/** What can be found out about a node whose daemon does not run: its port, its database, and the first words of `partners`. */
export const stoppedFindings = async (
  config: Config,
  identity: Identity | undefined,
  partners: readonly PartnerConfig[],
): Promise<Finding[]> => {
  const { replication } = config;
  const { domainUuid, findings } = await databaseFindings(config);
  const isInUse = findings.some(({ code }) => code === "database-in-use");
  return [
    ...findings,
    ...(replication && !isInUse ? await listenFindings(replication) : []),
    ...(replication && identity ? await probeFindings(partners, identity, domainUuid, replication.maxClockSkewMs) : []),
  ];
};

const databaseFindings = async (
  config: Config,
): Promise<{ readonly domainUuid?: DomainUuid; readonly findings: readonly Finding[] }> => {
  const { dbPath, storage } = config;
  if (storage.type === "memory") return { findings: [] };
  try {
    const replica = await openStoppedReplica(config);
    if (replica === undefined) {
      const remedy = "start the daemon, and refresh it from a partner; or restore a backup";
      return { findings: [finding("database-missing", dbPath, `there is no database in ${dbPath} yet`, { remedy })] };
    }
    const { domainUuid } = replica;
    await replica.close();
    return { domainUuid, findings: [] };
  } catch (error) {
    const found = databaseFinding(codeOf(error), config, error instanceof Error ? error.message : String(error));
    return { findings: [found] };
  }
};

const databaseFinding = (code: string | undefined, { dbPath, storage }: Config, message: string): Finding => {
  const about = storage.type === "postgres" ? "storage" : dbPath;
  if (code === "storage_locked") {
    const remedy = "if that is this node's daemon, name in adminbindpath what it was started with; if not, stop it";
    return finding("database-in-use", about, message, { remedy });
  }
  if (storage.type === "postgres" && code !== "database_corrupt") {
    const remedy = "check url in [storage], and that the database server runs and lets this node in";
    return finding("database-unreachable", about, message, { remedy });
  }
  const remedy = "restore a backup, or move the directory away and refresh from a partner";
  return finding("database-damaged", about, message, { remedy, command: "concordat verify" });
};

/** Those that this node connects to; the others come by themselves. */
const probeFindings = async (
  partners: readonly PartnerConfig[],
  identity: Identity,
  domainUuid: DomainUuid | undefined,
  maxClockSkewMs: number,
): Promise<Finding[]> => {
  const found = await Promise.all(
    partners
      .filter(({ type }) => type !== "allow-pull")
      .map(async (partner) => {
        const probed = await probePartner(partner, identity);
        const origin = partner.origin.text;
        if (probed.kind === "met") return helloFindings(origin, probed.hello, domainUuid, maxClockSkewMs);
        const { state, message, remedy } = probed.report;
        return isWell(state) ? [] : [linkFinding(state, origin, message, remedy)];
      }),
  );
  return found.flat();
};

const helloFindings = (
  origin: string,
  { domainUuid: theirs, clockMicros }: Hello,
  ours: DomainUuid | undefined,
  maxClockSkewMs: number,
): Finding[] => {
  const found: Finding[] = [];
  if (ours !== undefined && theirs !== ours) {
    const message = `${origin} holds another database: its domain is ${theirs}, and this node's ${ours}`;
    found.push(
      linkFinding(
        "domain-mismatch",
        origin,
        message,
        "start the daemon; to take over the partner's content, refresh from it",
      ),
    );
  }
  const aheadMs = clockMicros / 1_000 - Date.now();
  if (Math.abs(aheadMs) > maxClockSkewMs) {
    const message = `the clock of ${origin} is ${Math.abs(Math.round(aheadMs / 1_000))} s ${aheadMs > 0 ? "ahead of" : "behind"} this machine's`;
    found.push(partnerFinding("clock-skew", origin, message, { remedy: "set the clocks of both machines" }));
  }
  return found;
};
