import { expect, test } from "vitest";
import { certificateA, certificateB } from "../test/certificates.js";
import { parseConfig } from "./parse-config.js";

const parse = (text: string, environment: Record<string, string> = {}) =>
  parseConfig(text, { file: "server.toml", directory: "/srv/node", environment });

const configOf = (text: string, environment: Record<string, string> = {}) => {
  const result = parse(text, environment);
  if (!result.ok) throw new Error(JSON.stringify(result.errors, undefined, 1));
  return result.config;
};

const base64url = Buffer.from(certificateB, "base64").toString("base64url");
const der = (base64: string) => new Uint8Array(Buffer.from(base64, "base64"));

const everyKey = `
db_path      = "./db"
bindaddress  = "[0:0::1]:8443"
adminbindpath = "run/c.sock"
log_level    = "warn"
read_only    = true
i_acknowledge_that_replication_is_in_development = true
storage = { type = "postgres", url = "postgres://me@host/db", sql_entries = true }
api = { tls_cert = "tls/cert.pem", tls_key = "/etc/key.pem" }

[replication]
origin       = "REPL://LocalHost.:8444/"
bindaddress  = "127.0.0.1:8444"
task_poll_interval = 0.5
changelog_max_age  = "1.5h"
max_clock_skew     = "250ms"
unique_conflict    = "all"
certificate_renew_before = "60d"

[replication."repl://localhost:8445"]
type = "mutual-pull"
partner_cert = "${certificateA}"
automatic_refresh = true

[replication.'repl://[2001:DB8:0::1]:8446']
type = "pull"
supplier_cert = [
  "${certificateA}", # the old one
  "${base64url}",
]

[replication."repl://10.0.0.1:8447"]
type = "allow-pull"
consumer_cert = ["${base64url}"]
accept_renewed_certificates = false

[attributes.name]
merge = "register"
index = true
unique = true
required = true
[attributes.member]
merge = "set"
index = true
reference = true
[attributes]
hits.merge = "counter"
`;

test("every key", () => {
  expect(configOf(everyKey)).toEqual({
    dbPath: "/srv/node/db",
    adminBindPath: "/srv/node/run/c.sock",
    bindAddress: { host: "::1", port: 8443 },
    logLevel: "warn",
    readOnly: true,
    storage: { type: "postgres", url: "postgres://me@host/db", sqlEntries: true },
    api: { tls: { certificateFile: "/srv/node/tls/cert.pem", keyFile: "/etc/key.pem" } },
    replication: {
      origin: { text: "repl://localhost:8444", host: "localhost", port: 8444 },
      bindAddress: { host: "127.0.0.1", port: 8444 },
      taskPollIntervalMs: 500,
      changelogMaxAgeMs: 5_400_000,
      maxClockSkewMs: 250,
      uniqueConflict: "all",
      certificateRenewBeforeMs: 5_184_000_000,
      partners: [
        {
          type: "mutual-pull",
          origin: { text: "repl://localhost:8445", host: "localhost", port: 8445 },
          certificates: [der(certificateA)],
          acceptRenewedCertificates: true,
          automaticRefresh: true,
        },
        {
          type: "pull",
          origin: { text: "repl://[2001:db8::1]:8446", host: "2001:db8::1", port: 8446 },
          certificates: [der(certificateA), der(certificateB)],
          acceptRenewedCertificates: true,
          automaticRefresh: false,
        },
        {
          type: "allow-pull",
          origin: { text: "repl://10.0.0.1:8447", host: "10.0.0.1", port: 8447 },
          certificates: [der(certificateB)],
          acceptRenewedCertificates: false,
        },
      ],
    },
    attributes: {
      name: { merge: "register", index: true, unique: true, reference: false, required: true },
      member: { merge: "set", index: true, unique: false, reference: true, required: false },
      hits: { merge: "counter", index: false, unique: false, reference: false, required: false },
    },
  });
});

test("an empty file is a node without replication", () => {
  expect(configOf("")).toEqual({
    dbPath: "/srv/node/data",
    adminBindPath: "/srv/node/data/concordat.sock",
    bindAddress: undefined,
    logLevel: "info",
    readOnly: false,
    storage: { type: "lmdb" },
    api: { tls: undefined },
    replication: undefined,
    attributes: {},
  });
});

test("replication's defaults", () => {
  const text = `i_acknowledge_that_replication_is_in_development = true
[replication]
origin = "repl://a:1"
bindaddress = "0.0.0.0:1"`;
  expect(configOf(text).replication).toMatchObject({
    taskPollIntervalMs: 15_000,
    changelogMaxAgeMs: 604_800_000,
    maxClockSkewMs: 300_000,
    uniqueConflict: "earliest",
    certificateRenewBeforeMs: 2_592_000_000,
  });
  expect(configOf(`${text}\ncertificate_renew_before = "never"`).replication?.certificateRenewBeforeMs).toBeUndefined();
});

test("the socket follows db_path; absolute paths stay", () => {
  expect(configOf('db_path = "/var/lib/concordat"').adminBindPath).toBe("/var/lib/concordat/concordat.sock");
  expect(configOf('db_path = "../x"\nadminbindpath = "/run/c"')).toMatchObject({
    dbPath: "/srv/x",
    adminBindPath: "/run/c",
  });
});

test("a byte order mark, CRLF and tabs change nothing", () => {
  const config = configOf(everyKey);
  expect(configOf(`\ufeff${everyKey.replaceAll("\n", "\r\n").replaceAll(" = ", "\t=\t")}`)).toEqual(config);
});

test("the environment overrides top-level keys, and only those", () => {
  const text = 'log_level = "nonsense"\n[replication]\norigin = "repl://a:1"\nbindaddress = "0.0.0.0:1"';
  const config = configOf(text, {
    CONCORDAT_CONFIG: "/elsewhere.toml",
    CONCORDAT_DB_PATH: "db",
    CONCORDAT_BINDADDRESS: "localhost:0",
    CONCORDAT_ADMINBINDPATH: "/run/c.sock",
    CONCORDAT_LOG_LEVEL: "debug",
    CONCORDAT_READ_ONLY: "true",
    CONCORDAT_I_ACKNOWLEDGE_THAT_REPLICATION_IS_IN_DEVELOPMENT: "true",
    CONCORDAT_WHATEVER: "1",
    CONCORDAT_STORAGE: "memory",
  });
  expect(config).toMatchObject({
    dbPath: "/srv/node/db",
    bindAddress: { host: "localhost", port: 0 },
    adminBindPath: "/run/c.sock",
    logLevel: "debug",
    readOnly: true,
    storage: { type: "lmdb" },
    api: { tls: undefined },
    replication: { origin: { text: "repl://a:1" } },
  });
});

test("an empty variable is no override", () => {
  expect(configOf('log_level = "warn"', { CONCORDAT_LOG_LEVEL: "" }).logLevel).toBe("warn");
});

test("__proto__ is a name like others", () => {
  const config = configOf('[attributes.__proto__]\nmerge = "set"\n[attributes.constructor]\nmerge = "map"');
  expect(Object.keys(config.attributes)).toEqual(["__proto__", "constructor"]);
  expect(Object.getPrototypeOf(config.attributes)).toBeNull();
  const refused = parse(
    '[__proto__]\npolluted = true\n[replication.__proto__]\norigin = "x"\n[attributes.a.__proto__]\nunique = true',
  );
  expect(refused.ok).toBe(false);
  expect(Reflect.get({}, "polluted")).toBeUndefined();
  expect(Reflect.get({}, "unique")).toBeUndefined();
});

test("a table where true or false belongs is told like any other wrong type", () => {
  const result = parseConfig("read_only = {}\n", { file: "server.toml", directory: "/srv" });
  expect(result.ok ? [] : result.errors.map(({ code }) => code)).toEqual(["wrong_type"]);
});
