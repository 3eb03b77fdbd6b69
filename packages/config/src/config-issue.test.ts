import { describe, expect, test } from "vitest";
import { certificateA, certificateB, certificateWithOtherKey } from "../test/certificates.js";
import { acknowledgementLine } from "./acknowledgement.js";
import { parseConfig } from "./parse-config.js";

const errorsOf = (text: string, environment: Record<string, string> = {}) => {
  const result = parseConfig(text, { file: "server.toml", directory: "/srv", environment });
  return result.ok ? [] : result.errors;
};

/** `line:column code text -> suggestion`. */
const briefly = (text: string, environment: Record<string, string> = {}): readonly string[] =>
  errorsOf(text, environment).map(
    (issue) =>
      `${issue.line}:${issue.column} ${issue.code} ${issue.text}${issue.suggestion === undefined ? "" : ` -> ${issue.suggestion}`}`,
  );

const node = `${acknowledgementLine}
[replication]
origin = "repl://own:8444"
bindaddress = "127.0.0.1:8444"
`;
/** The partner's header is on line 5. */
const withPartner = (lines: string, name = "repl://b:1") => `${node}[replication."${name}"]\n${lines}`;
const trailing = Buffer.concat([Buffer.from(certificateA, "base64"), Buffer.from([0])]).toString("base64");

describe("one mistake, one error, at its place", () => {
  test.each<[what: string, text: string, expected: string]>([
    ["unknown key", 'log_levle = "info"', "1:1 unknown_key log_levle -> log_level"],
    ["unknown key, swapped letters", 'db_paht = "x"', "1:1 unknown_key db_paht -> db_path"],
    ["unknown key, nothing near", "\n  colour = 1", "2:3 unknown_key colour"],
    ["unknown table", "[storag]\ntype = 1", "1:2 unknown_key storag -> storage"],
    ["unknown key in an inline table", 'storage = { tpye = "lmdb" }', "1:13 unknown_key tpye -> type"],
    ["unknown dotted key", 'storage.typ = "lmdb"', "1:9 unknown_key typ -> type"],
    ["unknown quoted key", '[storage]\n"ty\\u0070" = "lmdb"', '2:1 unknown_key "ty\\u0070" -> type'],
    ["key of another table", 'origin = "repl://a:1"', "1:1 unknown_key origin -> origin"],
    ["unknown key of replication", `${node}max_clok_skew = "1m"`, "5:1 unknown_key max_clok_skew -> max_clock_skew"],
    ["unknown key of an attribute", "[attributes.a]\nuniq = true", "2:1 unknown_key uniq -> unique"],
    ["__proto__ at the top", "__proto__ = 1", "1:1 unknown_key __proto__"],
    ["string: number", "db_path = 5", '1:11 wrong_type 5 -> "5"'],
    ["string: array over lines", "db_path = [\n1,\n]", "1:11 wrong_type ["],
    ["boolean: string", `[attributes.a]\nunique = "true"`, '2:10 wrong_type "true" -> true'],
    ["boolean at the top", 'read_only = "yes"', '1:13 wrong_type "yes"'],
    ["unknown key, a hyphen", "read-only = true", "1:1 unknown_key read-only -> read_only"],
    ["number: string", `${node}task_poll_interval = "15"`, '5:22 wrong_type "15" -> 15'],
    ["duration: number", `${node}changelog_max_age = 7`, '5:21 wrong_type 7 -> "7"'],
    ["string: date", "log_level = 2020-01-01T00:00:00Z", "1:13 wrong_type 2020-01-01T00:00:00Z"],
    ["table: string", 'storage = "lmdb"', '1:11 wrong_type "lmdb" -> [storage]'],
    ["table: array of tables", "[[attributes.a]]", "1:1 wrong_type [[attributes.a]] -> [attributes.a]"],
    ["partner: string", `${node}"repl://b:1" = "x"`, '5:16 wrong_type "x" -> [replication."repl://b:1"]'],
    ["log level", "log_level = 'verbos'", "1:13 invalid_value 'verbos'"],
    ["log level, near", 'log_level = "Warning"', '1:13 invalid_value "Warning"'],
    ["log level, nearer", 'log_level = "inof"', '1:13 invalid_value "inof" -> info'],
    ["unique conflict", `${node}unique_conflict = "earlist"`, '5:19 invalid_value "earlist" -> earliest'],
    ["merge", '[attributes.a]\nmerge = "sets"', '2:9 invalid_value "sets" -> set'],
    ["counter", '[attributes.a]\nmerge = "counter"\nunique = true', "3:10 invalid_value true"],
    ["indexed counter", '[attributes.a]\nmerge = "counter"\nindex = true', "3:9 invalid_value true"],
    ["indexed map", '[attributes.a]\nindex = true\nmerge = "map"', "2:9 invalid_value true"],
    ["attribute without a name", '[attributes.""]', '1:13 invalid_value ""'],
    ["storage type", '[storage]\ntype = "postgre"', '2:8 invalid_value "postgre" -> postgres'],
    ["beyond loopback without TLS", 'bindaddress = "0.0.0.0:8443"', '1:15 tls_required "0.0.0.0:8443"'],
    ["beyond loopback, by name", 'bindaddress = "node-a:8443"', '1:15 tls_required "node-a:8443"'],
    ["TLS without key", '[api]\ntls_cert = "a.pem"', "1:2 missing_key api -> tls_key"],
    ["TLS without certificate", '[api]\ntls_key = "a.pem"', "1:2 missing_key api -> tls_cert"],
    [
      "TLS without key, beyond loopback",
      'bindaddress = "[::]:1"\n[api]\ntls_cert = "a"',
      "2:2 missing_key api -> tls_key",
    ],
    ["TLS, key near", '[api]\ntls_cert = "c"\ntls_key = "k"\ntls_crt = "a.pem"', "4:1 unknown_key tls_crt -> tls_cert"],
    ["TLS, empty path", '[api]\ntls_cert = ""\ntls_key = "k"', '2:12 invalid_value ""'],
    ["postgres without url", '[storage]\ntype = "postgres"', "1:2 missing_key storage -> url"],
    ["url of another kind", '[storage]\ntype = "postgres"\nurl = "mysql://x"', '3:7 invalid_value "mysql://x"'],
    ["sql_entries without postgres", "[storage]\nsql_entries = true", "2:1 key_of_another_type sql_entries"],
    ["url without postgres", '[storage]\nurl = "postgres://x"', "2:1 key_of_another_type url"],
    ["address without port", 'bindaddress = "127.0.0.1"', '1:15 invalid_address "127.0.0.1"'],
    ["address of port only", 'bindaddress = "8443"', '1:15 invalid_address "8443"'],
    ["address, port too large", 'bindaddress = "a:65536"', '1:15 invalid_address "a:65536"'],
    ["address, bare IPv6", 'bindaddress = "::1:8443"', '1:15 invalid_address "::1:8443"'],
    ["address, no IPv4", 'bindaddress = "300.0.0.1:1"', '1:15 invalid_address "300.0.0.1:1"'],
    ["empty path", 'db_path = ""', '1:11 invalid_value ""'],
    ["socket path", `adminbindpath = "/${"x".repeat(107)}"`, `1:17 path_too_long "/${"x".repeat(57)}…`],
    ["socket path from db_path", `db_path = "/${"x".repeat(95)}"`, `1:11 path_too_long "/${"x".repeat(57)}…`],
    ["poll interval", `${node}task_poll_interval = 0`, "5:22 invalid_value 0 -> 15"],
    ["poll interval nan", `${node}task_poll_interval = nan`, "5:22 invalid_value nan -> 15"],
    ["duration", `${node}max_clock_skew = "5 min"`, '5:18 invalid_duration "5 min"'],
    ["duration without unit", `${node}max_clock_skew = "5"`, '5:18 invalid_duration "5"'],
    ["duration of nothing", `${node}max_clock_skew = "0s"`, '5:18 invalid_duration "0s"'],
    ["renewal at once", `${node}certificate_renew_before = "4000d"`, '5:28 invalid_value "4000d"'],
    ["renewal, no duration", `${node}certificate_renew_before = "nevr"`, '5:28 invalid_duration "nevr"'],
    [
      "renewed certificates",
      withPartner(`type = "pull"\nsupplier_cert = "${certificateA}"\naccept_renewed_certificate = false`),
      "8:1 unknown_key accept_renewed_certificate -> accept_renewed_certificates",
    ],
    ["duration for ever", `${node}changelog_max_age = "40000d"`, '5:21 invalid_duration "40000d"'],
    ["duration, a prototype's name", `${node}max_clock_skew = "5constructor"`, '5:18 invalid_duration "5constructor"'],
    [
      "origin of another scheme",
      node.replace("repl:", "https:"),
      '3:10 invalid_origin "https://own:8444" -> repl://own:8444',
    ],
    ["origin without scheme", node.replace("repl://", ""), '3:10 invalid_origin "own:8444" -> repl://own:8444'],
    ["origin without port", node.replace("own:8444", "own"), '3:10 invalid_origin "repl://own"'],
    ["origin with a path", node.replace("own:8444", "own:8444/x"), '3:10 invalid_origin "repl://own:8444/x"'],
    ["origin everywhere", node.replace("own:", "0.0.0.0:"), '3:10 invalid_origin "repl://0.0.0.0:8444"'],
    ["origin at port 0", node.replace("own:8444", "own:0"), '3:10 invalid_origin "repl://own:0"'],
    ["no origin", node.replace(/origin.*\n/, ""), "2:2 missing_key replication -> origin"],
    ["no bindaddress", node.replace(/bind.*\n/, ""), "2:2 missing_key replication -> bindaddress"],
    [
      "no acknowledgement",
      node.replace(acknowledgementLine, ""),
      `2:2 replication_not_acknowledged replication -> ${acknowledgementLine}`,
    ],
    [
      "acknowledged false",
      node.replace("true", "false"),
      `1:52 replication_not_acknowledged false -> ${acknowledgementLine}`,
    ],
    ["acknowledged in text", node.replace("true", '"true"'), '1:52 wrong_type "true" -> true'],
    [
      "acknowledged too low",
      `${node.replace(acknowledgementLine, "")}${acknowledgementLine}`,
      "5:1 unknown_key i_acknowledge_that_replication_is_in_development -> i_acknowledge_that_replication_is_in_development",
    ],
    ["one address twice", `bindaddress = "127.0.0.1:8444"\n${node}`, '1:15 address_conflict "127.0.0.1:8444"'],
    [
      "one port, every host",
      `bindaddress = "0.0.0.0:8444"\n${node}[api]\ntls_cert = "c"\ntls_key = "k"`,
      '1:15 address_conflict "0.0.0.0:8444"',
    ],
    ["partner without type", withPartner(`partner_cert = "${certificateA}"`), '5:14 missing_key "repl://b:1" -> type'],
    [
      "partner type",
      withPartner(`type = "mutualpull"\npartner_cert = "${certificateA}"`),
      '6:8 invalid_value "mutualpull" -> mutual-pull',
    ],
    ["partner without certificate", withPartner('type = "pull"'), '5:14 missing_key "repl://b:1" -> supplier_cert'],
    [
      "partner's key of another type",
      withPartner(`type = "allow-pull"\npartner_cert = "${certificateA}"`),
      "7:1 key_of_another_type partner_cert -> consumer_cert",
    ],
    [
      "automatic_refresh on allow-pull",
      withPartner(`type = "allow-pull"\nconsumer_cert = "${certificateA}"\nautomatic_refresh = false`),
      "8:1 key_of_another_type automatic_refresh",
    ],
    [
      "partner's origin",
      withPartner(`type = "pull"\nsupplier_cert = "${certificateA}"`, "https://b:1"),
      '5:14 invalid_origin "https://b:1" -> repl://b:1',
    ],
    [
      "partner with a plain name",
      withPartner(`type = "pull"\nsupplier_cert = "${certificateA}"`, "b"),
      '5:14 invalid_origin "b"',
    ],
    [
      "own origin",
      withPartner(`type = "pull"\nsupplier_cert = "${certificateA}"`, "repl://OWN:8444"),
      '5:14 own_origin "repl://OWN:8444"',
    ],
    [
      "duplicate origin",
      `${withPartner(`type = "pull"\nsupplier_cert = "${certificateA}"`, "repl://[::1]:1")}\n[replication."repl://[0:0:0::1]:1"]\ntype = "allow-pull"\nconsumer_cert = "${certificateB}"`,
      '8:14 duplicate_origin "repl://[0:0:0::1]:1"',
    ],
    [
      "certificate: not base64",
      withPartner('type = "pull"\nsupplier_cert = "MII*"'),
      '7:17 invalid_certificate "MII*"',
    ],
    [
      "certificate: mixed alphabets",
      withPartner('type = "pull"\nsupplier_cert = "ab+_"'),
      '7:17 invalid_certificate "ab+_"',
    ],
    ["certificate: empty", withPartner('type = "pull"\nsupplier_cert = ""'), '7:17 invalid_certificate ""'],
    [
      "certificate: base64 of something",
      withPartner('type = "pull"\nsupplier_cert = "aGVsbG8="'),
      '7:17 invalid_certificate "aGVsbG8="',
    ],
    [
      "certificate: trailing byte",
      withPartner(`type = "pull"\nsupplier_cert = "${trailing}"`),
      `7:17 invalid_certificate "${trailing.slice(0, 58)}…`,
    ],
    [
      "certificate: another key",
      withPartner(`type = "pull"\nsupplier_cert = "${certificateWithOtherKey}"`),
      `7:17 invalid_certificate "${certificateWithOtherKey.slice(0, 58)}…`,
    ],
    [
      "certificate: PEM",
      withPartner('type = "pull"\nsupplier_cert = """-----BEGIN CERTIFICATE-----\nMII\n"""'),
      '7:17 invalid_certificate """-----BEGIN CERTIFICATE-----',
    ],
    ["certificate: a number", withPartner('type = "pull"\nsupplier_cert = 1'), "7:17 wrong_type 1"],
    [
      "certificates: second is bad",
      withPartner(`type = "pull"\nsupplier_cert = [\n  "${certificateA}",\n  "x!",\n]`),
      '9:3 invalid_certificate "x!"',
    ],
    ["certificates: none", withPartner('type = "pull"\nsupplier_cert = []'), "7:17 invalid_value []"],
    [
      "certificates: three",
      withPartner(`type = "pull"\nsupplier_cert = [${`"${certificateA}",`.repeat(3)}]`),
      `7:17 invalid_value ["${certificateA.slice(0, 57)}…`,
    ],
    [
      "certificate with label",
      withPartner(`type = "pull"\nsupplier_cert = 'certificate: "MIIa"'`),
      `7:17 certificate_label 'certificate: "MIIa"' -> "MIIa"`,
    ],
    [
      "certificate line pasted",
      withPartner(`type = "pull"\ncertificate: "MIIa"`),
      '7:1 certificate_label certificate: "MIIa"',
    ],
    [
      "certificate line pasted as value",
      withPartner(`type = "pull"\nsupplier_cert = certificate: "MIIa"`),
      '7:17 certificate_label certificate: "MIIa"',
    ],
    [
      "certificate line pasted in quotes",
      withPartner(`type = "pull"\nsupplier_cert = "certificate: "MIIa""`),
      '7:18 certificate_label certificate: "MIIa""',
    ],
    [
      "origin without quotes",
      `${node}[replication.repl://b:1]\ntype = 5`,
      '5:1 toml_syntax [replication.repl://b:1] -> [replication."repl://b:1"]',
    ],
    ["key twice", 'db_path = "a"\n\n db_path = "b"', "3:2 duplicate_key db_path"],
    ["table twice", "[storage]\n[attributes]\n[storage]\nurl = 1", "3:2 duplicate_key storage"],
    [
      "partner twice",
      `${withPartner(`type = "pull"\nsupplier_cert = "${certificateA}"`)}\n[replication."repl://b:1"]\ntype = 1`,
      '8:2 duplicate_key replication."repl://b:1"',
    ],
    ["key twice in an inline table", 'storage = { type = "lmdb", type = "memory" }', "1:28 duplicate_key type"],
    ["inline table extended", 'storage = { type = "lmdb" }\nstorage.url = "x"', "2:1 duplicate_key storage.url"],
    ["text without quotes", "log_level = info # x", '1:13 toml_syntax info -> "info"'],
    ["text in other quotes", "log_level = “info”", '1:13 toml_syntax “info” -> "info"'],
    ["boolean in capitals", "[attributes.a]\nunique = True", "2:10 toml_syntax True -> true"],
    ["no value", "db_path =  # none", "1:1 toml_syntax db_path ="],
    ["no equals sign", 'db_path: "x"', '1:1 toml_syntax db_path: "x"'],
    ["no key", "= 5", "1:1 toml_syntax = 5"],
    ["string not closed", 'db_path = "x\nlog_level = "info"', '1:11 toml_syntax "x'],
    ["long string not closed", 'db_path = """x\nlog_level = "info"', '1:11 toml_syntax """x'],
    ["array not closed", 'x = [ "a",\n  "b"\n[storage]\ntype = "lmdb"', '1:5 toml_syntax [ "a",'],
    ["inline table not closed", "storage = { type = 'lmdb'\n", "1:11 toml_syntax { type = 'lmdb'"],
    ["array without comma", 'x = ["a" "b"]', '1:10 toml_syntax "b"]'],
    ["header not closed", "[storage\ntype = 5\n[attributes]", "1:1 toml_syntax [storage"],
    ["header and more", "[storage] x", "1:1 toml_syntax [storage] x"],
    ["value and more", 'db_path = "x" y', "1:15 toml_syntax y"],
    ["escape", 'db_path = "C:\\dir"', '1:14 toml_syntax \\dir"'],
    ["no date", "x = 2020-13-01", "1:5 toml_syntax 2020-13-01"],
    ["control character", "# a \u0001", "1:5 toml_syntax \u0001"],
  ])("%s", (_, text, expected) => {
    expect(briefly(text)).toEqual([expected]);
  });
});

test("all errors at once, in the order of the file, the environment's last", () => {
  const text = `log_levle = "info"
db_path = data
bindaddress = 8443
[replication]
origin = "repl://a:1"
origin = "repl://b:1"
changelog_max_age = "soon"
[replication."repl://A:1"]
type = "pull"
certificate: "MII"
[storage]
type = "lmbd"
`;
  expect(briefly(text, { CONCORDAT_LOG_LEVEL: "loud" })).toEqual([
    "1:1 unknown_key log_levle -> log_level",
    '2:11 toml_syntax data -> "data"',
    '3:15 wrong_type 8443 -> "8443"',
    `4:2 replication_not_acknowledged replication -> ${acknowledgementLine}`,
    "4:2 missing_key replication -> bindaddress",
    "6:1 duplicate_key origin",
    '7:21 invalid_duration "soon"',
    '8:14 own_origin "repl://A:1"',
    '10:1 certificate_label certificate: "MII"',
    '12:8 invalid_value "lmbd" -> lmdb',
    "1:1 invalid_value loud",
  ]);
});

test("the environment's errors name the variable", () => {
  const name = "CONCORDAT_I_ACKNOWLEDGE_THAT_REPLICATION_IS_IN_DEVELOPMENT";
  expect(errorsOf("", { CONCORDAT_BINDADDRESS: "nowhere", [name]: "yes" })).toMatchObject([
    { file: "$CONCORDAT_BINDADDRESS", line: 1, column: 1, code: "invalid_address", text: "nowhere" },
    { file: `$${name}`, code: "wrong_type", text: "yes" },
  ]);
});

test("a duplicate says where the first one is", () => {
  expect(errorsOf('db_path = "a"\n\ndb_path = "b"')[0]?.message).toBe('key "db_path" is already written on line 1');
  expect(errorsOf("x.y = 1\nx.y.z = 2")[1]?.message).toBe('"x.y", written on line 1, cannot be extended here');
});

test("what a broken line meant to set is not missing as well", () => {
  expect(briefly(node.replace('"repl://own:8444"', "repl://own:8444"))).toEqual([
    '3:10 toml_syntax repl://own:8444 -> "repl://own:8444"',
  ]);
});

test("no part of an issue holds the password of a URL", () => {
  const url = "postgres://me:hunter2@host/db";
  const texts = [
    `[storage]\nurl = "${url}"`,
    `[storage]\ntype = "postgres"\nurl = "x${url}"`,
    `log_level = "${url}${"x".repeat(80)}"`,
    `bindaddress = "${url}"`,
    `storage = { type = "postgres", url = "${url}", x = 1 }`,
    `x = ${url}`,
  ];
  for (const text of texts) {
    const errors = errorsOf(text);
    expect(errors.length).toBeGreaterThan(0);
    expect(JSON.stringify(errors)).not.toContain("hunter2");
  }
});

test("a text full of duplicates ends", { timeout: 240_000 }, () => {
  expect(errorsOf("a = 1\n".repeat(1000)).length).toBeGreaterThan(90);
});
