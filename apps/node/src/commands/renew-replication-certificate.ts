import { setTimeout as sleep } from "node:timers/promises";
import type { Command } from "commander";
import type { RenewalAnswer } from "../admin/renew-certificate.js";
import { CommandError } from "../command-error.js";
import { replicationOf } from "../compose/replication-of.js";
import { EXIT_CODE } from "../exit-code.js";
import { formatDuration } from "../terminal/quantity.js";
import { defineCommand } from "./command-context.js";

interface RenewOptions {
  readonly now?: boolean;
}

/** Partners that are there have answered long before. */
const PATIENCE_MS = 5_000;
const POLL_INTERVAL_MS = 100;

const PATH = "/v1/admin/renew-certificate";

/** `concordat renew-replication-certificate` */
export const addRenewCertificate = (program: Command): void => {
  const command = program
    .command("renew-replication-certificate")
    .description("make a new key and certificate, announce it to the partners, and go over to it once they have it")
    .option(
      "--now",
      "go over to it at once: partners that did not hear of it refuse this node until they pin it by hand",
    );
  const example = "concordat renew-replication-certificate\nconcordat status";
  defineCommand<RenewOptions>(command, example, async ({ terminal, loadConfig, withDaemon }, { now = false }) => {
    const config = await loadConfig();
    replicationOf(config);
    const running = await withDaemon(async (daemon) => {
      let answer = await daemon.json<RenewalAnswer>({ method: "POST", path: PATH, body: { now } });
      const untilMs = Date.now() + PATIENCE_MS;
      while (answer.renewal !== undefined && Date.now() < untilMs) {
        await sleep(POLL_INTERVAL_MS);
        answer = await daemon.json<RenewalAnswer>({ method: "GET", path: PATH });
      }
      return answer;
    }).catch(whenNotRunning);
    const answer = running ?? (await renewStopped(config, now));
    if (terminal.json) await terminal.print(JSON.stringify(answer));
    else for (const line of sentences(answer, running !== undefined)) terminal.say(line);
    return EXIT_CODE.ok;
  });
};

const whenNotRunning = (error: unknown): undefined => {
  if (error instanceof CommandError && error.exitCode === EXIT_CODE.daemonNotRunning) return undefined;
  throw error;
};

const renewStopped = async (...args: Parameters<typeof import("../renewal/renew-stopped.js").renewStopped>) =>
  (await import("../renewal/renew-stopped.js")).renewStopped(...args);

const sentences = ({ fingerprintSha256, renewal }: RenewalAnswer, isRunning: boolean): string[] => {
  if (renewal === undefined) return [`the certificate of this node is ${fingerprintSha256} from now on`];
  const { successorFingerprintSha256, having, waitingFor, until } = renewal;
  const all = having.length + waitingFor.length;
  return [
    isRunning
      ? `the certificate ${successorFingerprintSha256} is announced: ${having.length} of ${all} partners have it`
      : `the certificate ${successorFingerprintSha256} is made, and announced to the partners once the daemon runs`,
    `  this node goes over to it when ${waitingFor.join(", ")} ${waitingFor.length === 1 ? "has" : "have"} it, at the latest in ${formatDuration(Date.parse(until) - Date.now())}; concordat status tells`,
    "  to go over at once: concordat renew-replication-certificate --now",
  ];
};
