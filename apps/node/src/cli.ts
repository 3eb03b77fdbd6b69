#!/usr/bin/env node
import { CommanderError } from "commander";
import { codeOf } from "./describe-failure.js";
import { EXIT_CODE } from "./exit-code.js";
import { createProgram } from "./program.js";

// Whatever this process creates is its owner's alone.
process.umask(0o077);

// `concordat export | head` is no failure.
process.stdout.on("error", (error) => {
  if (codeOf(error) === "EPIPE") process.exit(EXIT_CODE.ok);
  throw error;
});

try {
  await createProgram().parseAsync();
} catch (error) {
  if (!(error instanceof CommanderError)) throw error;
  process.exitCode = error.exitCode === 0 ? EXIT_CODE.ok : EXIT_CODE.usage;
}
