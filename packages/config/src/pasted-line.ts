import { acknowledgementLine } from "./acknowledgement.js";
import type { SyntaxFault } from "./syntax-fault.js";

/**
 * A line that is not TOML because it came, as it is, out of the deployment guide or a command's output. `source` is the
 * statement as written, `start` its offset in the text.
 */
export const recognisePastedLine = (source: string, start: number): SyntaxFault | undefined =>
  unfilledAcknowledgement(source, start) ?? certificateLabel(source, start) ?? unquotedOrigin(source, start);

/** What follows the label that `show-replication-certificate` prints before a certificate. */
export const certificateLabelPattern = /\bcertificate\s*:\s*/;

const unfilledAcknowledgement = (source: string, start: number): SyntaxFault | undefined => {
  const [word] = /^ACK_HERE\b/.exec(source) ?? [];
  if (word === undefined) return undefined;
  return {
    span: { start, end: start + word.length },
    code: "replication_not_acknowledged",
    message: "ACK_HERE stands for the line that acknowledges that replication is in development",
    remedy: { suggestion: acknowledgementLine, help: `replace it by: ${acknowledgementLine}` },
  };
};

const certificateLabel = (source: string, start: number): SyntaxFault | undefined => {
  const label = certificateLabelPattern.exec(source);
  if (label === null) return undefined;
  const [line = ""] = source.slice(label.index).split(/\r?\n/, 1);
  const at = start + label.index;
  return {
    span: { start: at, end: at + line.trimEnd().length },
    code: "certificate_label",
    message: 'this is what show-replication-certificate prints, with its label "certificate:"',
    remedy: {
      help: 'keep only the text in quotes: partner_cert = "MII…" (supplier_cert for "pull", consumer_cert for "allow-pull")',
    },
  };
};

const unquotedOrigin = (source: string, start: number): SyntaxFault | undefined => {
  const [header, origin] =
    /^\[\s*replication\s*\.\s*([a-z]+:\/\/[^\s\]"']*(?:\[[^\]\s]*\][^\s\]"']*)?)\s*\]/i.exec(source) ?? [];
  if (header === undefined || origin === undefined) return undefined;
  const suggestion = `[replication."${origin}"]`;
  return {
    span: { start, end: start + header.length },
    code: "toml_syntax",
    message: "a partner's origin stands in quotes",
    remedy: { suggestion, help: `write ${suggestion}` },
  };
};
