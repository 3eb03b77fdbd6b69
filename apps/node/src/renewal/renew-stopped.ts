import type { Config } from "@concordat/config";
import { type RenewalAnswer, renewalAnswer } from "../admin/renew-certificate.js";
import { createLogger } from "../log/logger.js";
import { NodeCertificates } from "./node-certificates.js";

/** Begins a renewal of a node that does not run: who is to be waited for hears of it when the node runs again. */
export const renewStopped = async (config: Config, now: boolean): Promise<RenewalAnswer> => {
  const certificates = await NodeCertificates.open(config, createLogger("warn"));
  await certificates.renewal.renew({ now });
  return renewalAnswer(certificates);
};
