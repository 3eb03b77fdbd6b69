import { parseCertificate, whereToGetIt } from "./certificate.js";
import type { PartnerConfig } from "./config.js";
import type { IssueLog, Place } from "./issue-log.js";
import { type Origin, parseOrigin } from "./origin.js";
import { quote } from "./quote.js";
import type { Setting, TableReader } from "./table-reader.js";

const partnerTypes = ["mutual-pull", "pull", "allow-pull"] as const;
type PartnerType = (typeof partnerTypes)[number];

const certificateKeys = {
  "mutual-pull": "partner_cert",
  pull: "supplier_cert",
  "allow-pull": "consumer_cert",
} as const satisfies Readonly<Record<PartnerType, string>>;

const certificatesMax = 2;

/** `[replication."repl://host:port"]`; `undefined` when it says too little to be a partner, which is then reported. */
export const readPartner = (name: string, table: TableReader, log: IssueLog): PartnerConfig | undefined => {
  table.rejectUnknownKeys("partner");
  const origin = readOrigin({ value: name, place: { kind: "key", path: table.path } }, log);
  const typeSetting = table.choice("type", partnerTypes);
  table.reportMissing("type", 'add type = "mutual-pull", "pull" or "allow-pull"');
  const type = typeSetting?.value;
  if (type !== undefined) rejectKeysOfOtherTypes(type, table, log);
  const certificates = readAllCertificates(table, log);
  const acceptRenewedCertificates = table.boolean("accept_renewed_certificates")?.value ?? true;
  const automaticRefresh = table.boolean("automatic_refresh")?.value ?? false;
  if (origin === undefined || type === undefined) return undefined;
  const partner = { origin, certificates, acceptRenewedCertificates };
  return type === "allow-pull" ? { type, ...partner } : { type, ...partner, automaticRefresh };
};

/** The origin in a setting; what is none is reported. */
export const readOrigin = (setting: Setting<string>, log: IssueLog): Origin | undefined => {
  const parsed = parseOrigin(setting.value);
  if (parsed.ok) return parsed.origin;
  const { reason, suggestion } = parsed;
  const message = `${quote(setting.value)} is not an origin: ${reason}`;
  log.report(setting.place, "invalid_origin", message, {
    ...(suggestion === undefined ? {} : { suggestion }),
    help: suggestion === undefined ? "write repl://host:port" : `write ${quote(suggestion)}`,
  });
  return undefined;
};

const rejectKeysOfOtherTypes = (type: PartnerType, table: TableReader, log: IssueLog): void => {
  const wanted = certificateKeys[type];
  const others = Object.values(certificateKeys).filter((key) => key !== wanted && table.has(key));
  for (const key of others) {
    log.report(
      { kind: "key", path: [...table.path, key] },
      "key_of_another_type",
      `a partner of type "${type}" has no ${key}`,
      {
        suggestion: wanted,
        help: `type "${type}" wants ${wanted}`,
      },
    );
  }
  if (others.length === 0 && !table.wasAttempted("certificate")) {
    table.reportMissing(wanted, `add ${wanted} = "MII…"; ${whereToGetIt}`);
  }
  if (type === "allow-pull" && table.has("automatic_refresh")) {
    const path = [...table.path, "automatic_refresh"];
    log.report(
      { kind: "key", path },
      "key_of_another_type",
      'a partner of type "allow-pull" has no automatic_refresh',
      {
        help: "this node never pulls from such a partner: leave the line out",
      },
    );
  }
};

/** Under whichever key they stand: a certificate under the wrong key may be wrong as well. */
const readAllCertificates = (table: TableReader, log: IssueLog): readonly Uint8Array[] =>
  Object.values(certificateKeys).flatMap((key) => {
    const setting = table.any(key);
    return setting === undefined ? [] : readCertificates(key, setting, table, log);
  });

const readCertificates = (
  key: string,
  { value, place }: Setting<unknown>,
  table: TableReader,
  log: IssueLog,
): readonly Uint8Array[] => {
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  if (items.length === 0 || items.length > certificatesMax) {
    log.report(place, "invalid_value", `${key} holds ${items.length} certificates, it may hold one or two`, {
      help: "two while the partner renews its certificate, the old and the new",
    });
  }
  return items.flatMap((item, index) => {
    const itemPlace: Place = Array.isArray(value) ? { kind: "value", path: [...table.path, key, index] } : place;
    if (typeof item !== "string") {
      log.report(itemPlace, "wrong_type", `${quote(key)} must be a string, or a list of up to two`, {
        help: whereToGetIt,
      });
      return [];
    }
    const parsed = parseCertificate(item);
    if (parsed.ok) return [parsed.der];
    log.report(itemPlace, parsed.code, `bad ${key}: ${parsed.reason}`, parsed.remedy);
    return [];
  });
};
