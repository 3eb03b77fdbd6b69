import type { ConfigChange, SettingChange } from "../compose/config-difference.js";
import { printable } from "../terminal/printable.js";

/** The difference of two configurations as people read it: `+` added, `-` removed, `~` changed. Pure. */
export const changeLines = (changes: readonly ConfigChange[]): string[] =>
  changes.flatMap(linesOf).map((line) => printable(line));

const linesOf = (change: ConfigChange): string[] => {
  switch (change.kind) {
    case "partner-added":
      return [`+ partner ${change.origin}`];
    case "partner-removed":
      return [`- partner ${change.origin}`];
    case "partner-changed":
      return [`~ partner ${change.origin}`, ...change.settings.map((setting) => `    ${fromTo(setting)}`)];
    case "attribute-added":
      return [`+ attribute ${change.name}`];
    case "attribute-removed":
      return [`- attribute ${change.name}`];
    case "attribute-changed":
      return [`~ attribute ${change.name}`, ...change.settings.map((setting) => `    ${fromTo(setting)}`)];
    case "setting-changed":
      return [`~ ${fromTo(change)}${change.takesEffect === "now" ? "" : "  (restart the daemon)"}`];
  }
};

const fromTo = ({ key, from, to }: SettingChange): string => `${key}: ${from ?? "(none)"} → ${to ?? "(none)"}`;
