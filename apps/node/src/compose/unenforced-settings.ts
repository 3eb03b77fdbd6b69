import type { Config } from "@concordat/config";
import type { Logger } from "../log/logger.js";

const CONSTRAINTS = ["unique", "reference", "required"] as const;

/** An operator who relies on a constraint must not believe that it holds. */
export const warnOfUnenforcedSettings = (config: Config, logger: Logger): void => {
  for (const sentence of unenforcedSettings(config)) logger.warn({ event: "setting_not_enforced" }, sentence);
};

/**
 * What a valid file asks for and this version takes note of without holding entries to it: one sentence each.
 * Pure.
 */
const unenforcedSettings = ({ attributes }: Config): string[] =>
  Object.entries(attributes).flatMap(([name, schema]) =>
    CONSTRAINTS.filter((constraint) => schema[constraint]).map(
      (constraint) =>
        `[attributes.${name}] ${constraint} = true is not enforced by this version: check it in your program`,
    ),
  );
