import type { StorageError } from "@concordat/storage";
import type { Command } from "commander";
import type { Daemon, DaemonAddresses } from "../compose/daemon.js";
import { EXIT_CODE, type ExitCode } from "../exit-code.js";
import type { Logger } from "../log/logger.js";
import { defineCommand } from "./command-context.js";

/** `concordat server` */
export const addServer = (program: Command): void => {
  const command = program
    .command("server")
    .description("run the node until SIGTERM or SIGINT; SIGHUP reads the configuration again");
  defineCommand(command, "concordat server -c server.toml", async ({ terminal, file, loadConfig }) => {
    const config = await loadConfig();
    const [{ createLogger }, { startDaemon }, { tellReady, tellStopping }] = await Promise.all([
      import("../log/logger.js"),
      import("../compose/daemon.js"),
      import("../compose/service-manager.js"),
    ]);
    const logger = createLogger(config.logLevel);
    exitOnUncaught(logger);
    const stopped = stopSignal(logger);
    const daemon = await startDaemon({ config, file, logger });
    process.on(
      "SIGHUP",
      () =>
        void daemon
          .reload()
          .catch((err: unknown) => logger.error({ event: "reload_failed", err }, "the reload failed")),
    );

    logger.info({ event: "server_ready", ...daemon.addresses }, "serving");
    await terminal.print(
      terminal.json ? JSON.stringify({ ready: true, ...daemon.addresses }) : readyLine(daemon.addresses),
    );
    void tellReady(logger);
    const exitCode = await Promise.race([
      stopped.then((signal) => toldSignal(logger, signal)),
      daemon.storageLost.then((error) => toldStorageLost(logger, error)),
    ]);
    void tellStopping(logger);
    await stop(daemon, logger);
    return process.exit(exitCode);
  });
};

const toldSignal = (logger: Logger, signal: NodeJS.Signals): ExitCode => {
  logger.info({ event: "server_stopping", signal }, "stopping: a second signal exits at once");
  return EXIT_CODE.ok;
};

/** Decision 0033: what it could still read is read elsewhere, and a supervisor starts it anew. */
const toldStorageLost = (logger: Logger, { code, message }: StorageError): ExitCode => {
  logger.fatal(
    { event: "storage_failed", code },
    `stopping, since nothing can be written before a restart: ${message}`,
  );
  return EXIT_CODE.failed;
};

/** `ready replication=127.0.0.1:8444 admin=/…/concordat.sock`: programs wait for the first word. */
const readyLine = (addresses: DaemonAddresses): string =>
  ["ready", ...Object.entries(addresses).map(([name, address]) => `${name}=${address}`)].join(" ");

/** Longer than the requests in flight are waited for, and shorter than a service manager waits. */
const STOP_TIMEOUT_MS = 20_000;

const stop = async (daemon: Daemon, logger: Logger): Promise<void> => {
  const timer = setTimeout(() => {
    logger.fatal({ event: "stop_timeout" }, "stopping took too long: what was committed is safe");
    process.exit(EXIT_CODE.failed);
  }, STOP_TIMEOUT_MS);
  await daemon.close();
  clearTimeout(timer);
  logger.info({ event: "server_stopped" }, "stopped");
};

/** The first SIGTERM or SIGINT; the second one exits. */
const stopSignal = (logger: Logger): Promise<NodeJS.Signals> =>
  new Promise((resolve) => {
    let isFirst = true;
    const onSignal = (signal: NodeJS.Signals): void => {
      if (!isFirst) {
        logger.warn({ event: "server_killed", signal }, "exiting at once");
        process.exit(EXIT_CODE.failed);
      }
      isFirst = false;
      resolve(signal);
    };
    process.on("SIGTERM", onSignal);
    process.on("SIGINT", onSignal);
  });

/** Nothing below is left in an unknown state: what was acknowledged is durable, and a supervisor starts the node anew. */
const exitOnUncaught = (logger: Logger): void => {
  const onUncaught = (err: unknown): void => {
    logger.fatal({ event: "uncaught_error", err }, "an error that nothing expected: exiting");
    process.exit(EXIT_CODE.failed);
  };
  process.on("uncaughtException", onUncaught);
  process.on("unhandledRejection", onUncaught);
};
