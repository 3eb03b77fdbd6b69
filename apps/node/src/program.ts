import { Command } from "commander";
import { addBackup } from "./commands/backup.js";
import { addCompletion } from "./commands/completion.js";
import { addConfigtest } from "./commands/configtest.js";
import { addConflicts } from "./commands/conflicts.js";
import { addConformance } from "./commands/conformance.js";
import { addDigest } from "./commands/digest.js";
import { addDoctor } from "./commands/doctor.js";
import { addEntry } from "./commands/entry.js";
import { addExport } from "./commands/export.js";
import { addImport } from "./commands/import.js";
import { addInit } from "./commands/init.js";
import { addPause, addResume } from "./commands/pause.js";
import { addRefresh } from "./commands/refresh-replication-consumer.js";
import { addReload } from "./commands/reload.js";
import { addRenewCertificate } from "./commands/renew-replication-certificate.js";
import { addRestore } from "./commands/restore.js";
import { addServer } from "./commands/server.js";
import { addShowCertificate } from "./commands/show-replication-certificate.js";
import { addShowCertificateMetadata } from "./commands/show-replication-certificate-metadata.js";
import { addStatus } from "./commands/status.js";
import { addToken } from "./commands/token.js";
import { addUi } from "./commands/ui.js";
import { addVerify } from "./commands/verify.js";
import { EXIT_CODE_HELP } from "./exit-code.js";
import { VERSION } from "./version.js";

/** The command line. Usage errors throw commander's error instead of ending the process. */
export const createProgram = (): Command => {
  const program = new Command("concordat")
    .description("A node of a Concordat topology: entries that replicate, and what an operator does with them.")
    .version(VERSION)
    .showHelpAfterError("(concordat --help lists what there is)")
    .addHelpText(
      "after",
      `\nExample:\n  concordat init --origin repl://localhost:8444\n  concordat server\n\n${EXIT_CODE_HELP}`,
    )
    .exitOverride();
  for (const add of COMMANDS) add(program);
  return program;
};

/** In the order of `--help`. */
const COMMANDS: readonly ((program: Command) => void)[] = [
  addInit,
  addServer,
  addConfigtest,
  addShowCertificate,
  addShowCertificateMetadata,
  addRenewCertificate,
  addRefresh,
  addStatus,
  addDoctor,
  addUi,
  addReload,
  addPause,
  addResume,
  addEntry,
  addConflicts,
  addImport,
  addExport,
  addBackup,
  addRestore,
  addToken,
  addVerify,
  addDigest,
  addConformance,
  addCompletion,
];
