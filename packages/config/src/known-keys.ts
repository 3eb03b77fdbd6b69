import { acknowledgementKey } from "./acknowledgement.js";

/** The keys of every table of `server.toml`, under the name that messages use for the table. */
export const knownKeys = {
  top: [
    "db_path",
    "bindaddress",
    "adminbindpath",
    "log_level",
    "read_only",
    acknowledgementKey,
    "storage",
    "api",
    "replication",
    "attributes",
  ],
  storage: ["type", "url", "sql_entries"],
  api: ["tls_cert", "tls_key"],
  replication: [
    "origin",
    "bindaddress",
    "task_poll_interval",
    "changelog_max_age",
    "max_clock_skew",
    "unique_conflict",
    "certificate_renew_before",
  ],
  partner: [
    "type",
    "partner_cert",
    "supplier_cert",
    "consumer_cert",
    "automatic_refresh",
    "accept_renewed_certificates",
  ],
  attribute: ["merge", "index", "unique", "reference", "required"],
} as const;

export type TableKind = keyof typeof knownKeys;

/** Where a key that this kind of table does not have would be known, if that is one place only. */
export const homeOfKey = (key: string, notIn: TableKind): string | undefined => {
  const homes = tables.filter(({ kind }) => kind !== notIn && (knownKeys[kind] as readonly string[]).includes(key));
  return homes.length === 1 ? homes[0]?.home : undefined;
};

const tables: readonly { readonly kind: TableKind; readonly home: string }[] = [
  { kind: "top", home: "at the top of the file, above the first [table]" },
  { kind: "replication", home: "in [replication]" },
  { kind: "storage", home: "in [storage]" },
  { kind: "api", home: "in [api]" },
  { kind: "partner", home: 'in a partner\'s table, [replication."repl://host:port"]' },
  { kind: "attribute", home: "in an attribute's table, [attributes.name]" },
];
