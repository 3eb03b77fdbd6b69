// A process of its own for the tests of the identity file, on the built package. Commands come as arguments.
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { createIdentity, loadOrCreateIdentity, saveIdentity } from "@concordat/identity";

const [command, ...directories] = process.argv.slice(2);
const options = { origin: "repl://localhost:8444", nowMs: Date.now(), randomBytes: (length) => randomBytes(length) };

if (command === "create") {
  process.stdout.write("ready\n");
  await once(process.stdin, "data");
  for (const directory of directories) {
    const { certificate } = await loadOrCreateIdentity(directory, options);
    process.stdout.write(`${certificate.fingerprintSha256}\n`);
  }
  process.stdin.destroy();
}

if (command === "save-forever") {
  const identities = [createIdentity(options), createIdentity(options)];
  for (let round = 0; ; round++) {
    await saveIdentity(directories[0], identities[round % 2]);
    process.stdout.write("saved\n");
  }
}
