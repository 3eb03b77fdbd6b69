import { type Finding, finding, partnerFinding } from "./finding.js";

/** How long certificates are good, for who has to renew them. */
export interface KnownCertificates {
  /** ISO 8601. */
  readonly own: { readonly fingerprintSha256: string; readonly notAfter: string } | undefined;
  readonly partners: readonly {
    readonly origin: string;
    readonly certificates: readonly { readonly fingerprintSha256: string; readonly notAfter: string }[];
  }[];
}

const DAY_MS = 86_400_000;
const EXPIRY_NOTICE_MS = 30 * DAY_MS;

/** Pure. */
export const certificateFindings = ({ own, partners }: KnownCertificates, nowMs: number): Finding[] => [
  ...(own ? ownFindings(own.notAfter, nowMs) : []),
  ...partners.flatMap(({ origin, certificates }) => {
    const theirs = certificates.filter(({ fingerprintSha256 }) => fingerprintSha256 !== own?.fingerprintSha256);
    return pinFindings(origin, theirs, nowMs);
  }),
  ...partners
    .filter(({ certificates }) => certificates.some((one) => one.fingerprintSha256 === own?.fingerprintSha256))
    .map(({ origin }) =>
      partnerFinding(
        "own-certificate-pinned",
        origin,
        `the certificate that is pinned for ${origin} is this node's own`,
        {
          remedy: `run show-replication-certificate on ${origin}, and put its line into this node's server.toml`,
        },
      ),
    ),
  ...sharedPins(partners),
];

const ownFindings = (notAfter: string, nowMs: number): Finding[] => {
  const leftMs = Date.parse(notAfter) - nowMs;
  const mending = {
    remedy: "renew it, and give partners the new one before the old one ends",
    command: "concordat renew-replication-certificate",
  };
  if (leftMs <= 0) return [finding("own-certificate-expired", "certificate", `it ended at ${notAfter}`, mending)];
  if (leftMs > EXPIRY_NOTICE_MS) return [];
  return [finding("own-certificate-expiring", "certificate", `it ends in ${daysOf(leftMs)}, at ${notAfter}`, mending)];
};

/** One that is good is enough: the other is what is being renewed. */
const pinFindings = (
  origin: string,
  pins: KnownCertificates["partners"][number]["certificates"],
  nowMs: number,
): Finding[] => {
  if (pins.length === 0) return [];
  const last = pins
    .map(({ notAfter }) => notAfter)
    .reduce((one, other) => (Date.parse(one) > Date.parse(other) ? one : other));
  const leftMs = Date.parse(last) - nowMs;
  const remedy = `renew the certificate of ${origin}, and pin the new one here`;
  if (leftMs <= 0)
    return [
      partnerFinding("pin-expired", origin, `the certificate that is pinned for ${origin} ended at ${last}`, {
        remedy,
      }),
    ];
  if (leftMs > EXPIRY_NOTICE_MS) return [];
  return [
    partnerFinding(
      "pin-expiring",
      origin,
      `the certificate that is pinned for ${origin} ends in ${daysOf(leftMs)}, at ${last}`,
      { remedy },
    ),
  ];
};

const sharedPins = (partners: KnownCertificates["partners"]): Finding[] => {
  const first = new Map<string, string>();
  return partners.flatMap(({ origin, certificates }) =>
    certificates.flatMap(({ fingerprintSha256 }) => {
      const other = first.get(fingerprintSha256) ?? origin;
      first.set(fingerprintSha256, other);
      if (other === origin) return [];
      const message = `${origin} and ${other} have the same pinned certificate, ${fingerprintSha256}`;
      return [partnerFinding("pin-shared", origin, message, { remedy: "pin for each partner what it prints itself" })];
    }),
  );
};

const daysOf = (ms: number): string => (ms < DAY_MS ? "less than a day" : `${Math.floor(ms / DAY_MS)} days`);
