import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { connectTo, listenOn } from "./connection.js";
import { consume } from "./consumer.js";
import { bytesOf, Reader } from "./message-pack.js";
import { Replica } from "./replica.js";
import { supply } from "./supplier.js";
import { beWrong } from "./wrong.js";

/* node src/minimal-peer.js --key key.pem --cert cert.pem --pin MII… --partner localhost:8444 --listen 127.0.0.1:9444 */

const { values } = parseArgs({
  options: {
    key: { type: "string" },
    cert: { type: "string" },
    pin: { type: "string" },
    partner: { type: "string" },
    listen: { type: "string" },
    wrong: { type: "string" },
    retry: { type: "string", default: "1000" },
  },
});
if (values.wrong) beWrong(values.wrong);
const identity = {
  key: readFileSync(values.key),
  cert: readFileSync(values.cert),
  pin: Buffer.from(values.pin, "base64"),
};
const addressOf = (text) => ({
  host: text.slice(0, text.lastIndexOf(":")),
  port: Number(text.slice(text.lastIndexOf(":") + 1)),
});
const say = (event) => process.stdout.write(`${JSON.stringify(event)}\n`);

const replica = new Replica();

if (values.listen) {
  await listenOn({
    ...identity,
    ...addressOf(values.listen),
    onConnection: (connection) => void supply(connection, replica),
  });
  say({ event: "listening" });
}

const pullForEver = async () => {
  for (;;) {
    try {
      const connection = await connectTo({ ...identity, ...addressOf(values.partner) });
      await consume(connection, replica, { onPulled: () => say({ event: "pulled", entries: replica.entries.size }) });
    } catch (error) {
      say({ event: "not-pulled", message: error.message });
    }
    await sleep(Number(values.retry));
  }
};
if (values.partner) void pullForEver();

/** What a register of texts and numbers shows; for people. */
const shown = (value) => {
  const token = value === undefined ? 0xc0 : Number.parseInt(value.slice(0, 2), 16);
  if (token >> 5 === 5 || (token >= 0xd9 && token <= 0xdb)) return new Reader(bytesOf(value)).text();
  return token < 0x80 ? token : (value ?? null);
};

const dashed = (uuid) => uuid.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");

const COMMANDS = {
  put: (rest) => say({ event: "put", uuid: dashed(replica.put(JSON.parse(rest))) }),
  delete: (rest) => replica.delete(rest.replaceAll("-", "")),
  list: () => {
    for (const { uuid, deletion, attributes } of replica.entries.values()) {
      const registers = [...attributes].map(([name, kinds]) => [name, shown(kinds.get("register")?.[0].value)]);
      say({
        event: "entry",
        uuid: dashed(uuid),
        isLive: deletion === undefined,
        attributes: Object.fromEntries(registers),
      });
    }
  },
};

for await (const line of createInterface({ input: process.stdin })) {
  const [command, ...rest] = line.split(" ");
  try {
    COMMANDS[command]?.(rest.join(" "));
  } catch (error) {
    say({ event: "failed", message: error.message });
  }
}
process.exit(0);
