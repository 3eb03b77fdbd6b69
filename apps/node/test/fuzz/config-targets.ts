import { ConfigError, formatIssue, parseConfig, parseOrigin } from "@concordat/config";
import { createIdentity } from "@concordat/identity";
import { type FuzzTarget, Violation } from "./fuzz-target.js";
import { Random } from "./random.js";
import { damagedText } from "./text-damage.js";

const seeds = new Random(2);
const { certificate } = createIdentity({
  origin: "repl://localhost:8445",
  nowMs: Date.now(),
  randomBytes: (length) => seeds.bytes(length),
});

const samples = [
  `db_path = "./data"
bindaddress = "127.0.0.1:8443"
adminbindpath = "./data/concordat.sock"
log_level = "info"
i_acknowledge_that_replication_is_in_development = true

[storage]
type = "lmdb"

[replication]
origin = "repl://localhost:8444"
bindaddress = "127.0.0.1:8444"
task_poll_interval = 15
changelog_max_age = "7d"
max_clock_skew = "5m"

[replication."repl://localhost:8445"]
type = "mutual-pull"
partner_cert = ["${certificate.base64}"]
automatic_refresh = true

[attributes.name]
merge = "register"
unique = true
[attributes.member]
merge = "set"
reference = true
`,
  `i_acknowledge_that_replication_is_in_development = true
replication = { origin = 'repl://[::1]:1', bindaddress = "[::]:1" }
attributes.__proto__ = { merge = "counter" }
attributes."a.b".merge = "map"
`,
  `# server.toml\nACK_HERE\n[replication]\norigin = "repl://localhost:8444"\nbindaddress = "127.0.0.1:8444"\n`,
];

const WORDS = [
  ...["[[", "]]", '"""', "'''", "#", "\\", ".", "1979-05-27T07:32:00Z", "inf", "0b1", "1_0", "+1", "1e400"],
  ...[
    "[replication]",
    "[attributes.x]",
    '[replication."repl://a:1"]',
    "type",
    "origin",
    "partner_cert",
    "merge",
    "ACK_HERE",
  ],
  ...['"pull"', '"allow-pull"', '"postgres"', '"7d"', '"repl://a:1"', "certificate: ", "MII", "true", "false"],
];

/** Either a configuration, or errors that point into the file. */
const read = (text: string): boolean => {
  const result = parseConfig(text, { file: "server.toml", directory: "/srv", environment: {} });
  if (result.ok) return true;
  if (result.errors.length === 0) throw new Violation("refused without a reason");
  const lines = text.split("\n").length;
  for (const issue of result.errors) {
    if (issue.line < 1 || issue.line > lines || issue.column < 1)
      throw new Violation(`an error at ${issue.line}:${issue.column}`);
    if (!formatIssue(issue).startsWith("server.toml:")) throw new Violation("an error that does not name the file");
  }
  return false;
};

export const CONFIG_TARGETS: readonly FuzzTarget[] = [
  {
    name: "server.toml",
    share: 10,
    input: (random) => damagedText(random.pick(samples), random, WORDS, samples),
    read: (input) => read(String(input)),
    isRefusal: (error) => error instanceof ConfigError,
  },
  {
    name: "origins",
    share: 10,
    input: (random) =>
      damagedText("repl://localhost:8444", random, ["[::1]", ":", "@", "/", "?", "%", "65536"], ["repl://"]),
    read: (input) => parseOrigin(String(input)).ok,
    isRefusal: (error) => error instanceof ConfigError,
  },
];
