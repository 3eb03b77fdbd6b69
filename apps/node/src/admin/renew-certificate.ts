import { isJsonObject } from "../http/json/json.js";
import { parseJson } from "../http/json/parse-json.js";
import { Problem } from "../http/problem.js";
import type { NodeCertificates } from "../renewal/node-certificates.js";
import { type RenewalJson, renewalJson } from "./renewal-json.js";

/** What came of `POST /v1/admin/renew-certificate`. */
export interface RenewalAnswer {
  /** The certificate that the node shows now. */
  readonly certificate: string;
  readonly fingerprintSha256: string;
  /** Left out when the node shows its new one. */
  readonly renewal?: RenewalJson;
}

/** @throws Problem `invalid_body`, JsonError. */
export const readRenewRequest = async (request: Request): Promise<{ readonly now: boolean }> => {
  const text = await request.text();
  const body = text === "" ? {} : parseJson(text);
  if (!isJsonObject(body) || (body.now !== undefined && typeof body.now !== "boolean"))
    throw new Problem("invalid_body", 'write {"now": false}, which may be left out');
  return { now: body.now === true };
};

/** Begins a renewal, or tells of the one that is on its way. */
export const renewCertificate = async (
  certificates: NodeCertificates,
  options: { readonly now: boolean },
): Promise<RenewalAnswer> => {
  await certificates.renewal.renew(options);
  return renewalAnswer(certificates);
};

export const renewalAnswer = (certificates: NodeCertificates): RenewalAnswer => {
  const { base64, fingerprintSha256 } = certificates.identity.certificate;
  const renewal = renewalJson(certificates);
  return { certificate: base64, fingerprintSha256, ...(renewal && { renewal }) };
};
