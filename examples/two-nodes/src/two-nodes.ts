import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cityLines } from "./cities.js";
import { DemoNode } from "./demo-node.js";
import { freePort } from "./free-port.js";
import { count, mebibytes, seconds, story } from "./story.js";

/** The deployment guide, followed by a program. Every number that it prints is measured in this run. */
const tell = async (a: DemoNode, b: DemoNode): Promise<void> => {
  await setUp(a, b);
  await importCities(a);
  await showMismatch(b);
  await refresh(b);
  await writeOnBothSides(a, b);
  await compare(a, b);
};

const setUp = async (a: DemoNode, b: DemoNode): Promise<void> => {
  story.step("Two nodes, each with a certificate that it made itself");
  for (const node of [a, b]) {
    story.command(`concordat init --origin ${node.origin}`);
    await node.init();
  }
  story.step("Each is told the other's certificate, in its server.toml");
  const [lineOfA, lineOfB] = [await a.certificateLine(), await b.certificateLine()];
  story.command("concordat show-replication-certificate");
  story.line(`A: ${lineOfA.slice(0, 60)}…`);
  story.line(`B: ${lineOfB.slice(0, 60)}…`);
  await a.addPartner(b, lineOfB);
  await b.addPartner(a, lineOfA);
  for (const node of [a, b]) {
    story.command(`concordat server -c ${node.configFile}`);
    story.good(await node.start());
  }
};

const importCities = async (a: DemoNode): Promise<void> => {
  story.step("A gets its content: every city with at least 1,000 inhabitants (GeoNames)");
  const lines = cityLines();
  story.command("concordat import cities.ndjson");
  const started = performance.now();
  const { exitCode } = await a.run(["import", "-"], { stdin: `${lines.join("\n")}\n`, visible: true });
  if (exitCode !== 0) throw new Error(`the import exited with ${exitCode}`);
  const ms = performance.now() - started;
  story.good(
    `${count(lines.length)} entries in ${seconds(ms)}: ${count((lines.length / ms) * 1_000)} a second, durable`,
  );
};

const showMismatch = async (b: DemoNode): Promise<void> => {
  story.step("The two databases have nothing to do with each other yet, and say so");
  story.command("concordat status");
  const status = await until("B sees that the domains differ", async () => {
    const { stdout } = await b.run(["status", "--json"]);
    const [partner] = (JSON.parse(stdout) as { partners: { state: string; message: string; remedy: string }[] })
      .partners;
    return partner?.state === "domain-mismatch" ? partner : undefined;
  });
  story.warning(status.message);
  story.line(`→ ${status.remedy}`);
};

/** What the node holds, as its status says; the status of a node whose links are not well exits with 6. */
const totals = async (node: DemoNode): Promise<{ liveEntries: number; recordBytes: number }> => {
  const { stdout } = await node.run(["status", "--json"]);
  return JSON.parse(stdout).totals;
};

const refresh = async (b: DemoNode): Promise<void> => {
  story.step("B takes over the content of A");
  story.command("concordat refresh-replication-consumer");
  const started = performance.now();
  const { exitCode } = await b.run(["refresh-replication-consumer"], { visible: true });
  if (exitCode !== 0) throw new Error(`the refresh exited with ${exitCode}`);
  const ms = performance.now() - started;
  const { liveEntries, recordBytes } = await totals(b);
  const rate = count((liveEntries / ms) * 1_000);
  story.good(
    `${count(liveEntries)} entries, ${mebibytes(recordBytes)}, over TLS 1.3 in ${seconds(ms)}: ${rate} a second`,
  );
};

const writeOnBothSides = async (a: DemoNode, b: DemoNode): Promise<void> => {
  story.step("From here on every node takes writes, and the other has them at once");
  for (const [writer, reader] of [
    [a, b],
    [b, a],
    [b, a],
  ] as const) {
    const attributes = JSON.stringify({ name: `written on ${writer.name}` });
    story.command(`concordat entry put '${attributes}'   # on ${writer.name}`);
    const { uuid } = await writer.json<{ uuid: string }>("entry", "put", attributes);
    const started = performance.now();
    await until(
      `${reader.name} has entry ${uuid}`,
      async () => (await reader.run(["entry", "get", uuid])).exitCode === 0 || undefined,
    );
    story.good(
      `${reader.name} shows ${uuid} (asked ${seconds(performance.now() - started)} after the write, by starting a command)`,
    );
  }
  story.line("The first time that B has something for A, A goes through the whole feed of B, since B is new to it.");
};

const compare = async (a: DemoNode, b: DemoNode): Promise<void> => {
  story.step("Both hold the same");
  story.command("concordat digest");
  const digest = (node: DemoNode) => node.json<{ liveEntries: number; sha256: string }>("digest");
  const equal = await until("both digests are equal", async () => {
    const [left, right] = await Promise.all([digest(a), digest(b)]);
    return left.sha256 === right.sha256 && left.liveEntries === right.liveEntries ? left : undefined;
  });
  for (const node of [a, b]) {
    const peak = await node.peakMemoryBytes();
    const memory = peak === undefined ? "" : `, at most ${mebibytes(peak)} of memory`;
    story.good(`${node.name}: ${count(equal.liveEntries)} entries, SHA-256 ${equal.sha256.slice(0, 16)}…${memory}`);
  }
};

const UNTIL_MS = 30_000;

/** Asks again until there is an answer. @throws Error when there is none in time. */
const until = async <T>(what: string, ask: () => Promise<T | undefined>): Promise<T> => {
  const deadline = performance.now() + UNTIL_MS;
  while (performance.now() < deadline) {
    const answer = await ask();
    if (answer !== undefined) return answer;
  }
  throw new Error(`waited ${seconds(UNTIL_MS)} in vain until ${what}`);
};

const leaveRunning = (a: DemoNode, b: DemoNode): void => {
  story.title("\nBoth nodes go on running. Try:");
  story.command(`npx concordat status -c ${a.configFile} --watch`);
  story.command(`npx concordat entry put '{"name":"hello"}' -c ${b.configFile}`);
  story.command(`kill ${a.pid} ${b.pid}   # stops them; their data stays in ${join(a.directory, "..")}`);
  for (const node of [a, b]) node.release();
};

const main = async (): Promise<void> => {
  const directory = await mkdtemp(join(tmpdir(), "concordat-demo-"));
  const a = new DemoNode("A", directory, await freePort(8444));
  const b = new DemoNode("B", directory, await freePort(8445));
  const stop = async (): Promise<void> => {
    await Promise.all([a.stop(), b.stop()]);
  };
  process.once("SIGINT", () => void stop().then(() => process.exit(130)));
  story.title(`Concordat: two nodes converge (in ${directory})`);
  try {
    await tell(a, b);
  } catch (error) {
    await stop();
    throw error;
  }
  if (process.stdin.isTTY && process.stdout.isTTY) return leaveRunning(a, b);
  await stop();
  await rm(directory, { recursive: true, force: true });
  story.title("\nNobody watches, so both nodes are stopped and their data removed.");
};

await main().catch((error: unknown) => {
  process.stderr.write(`\nThe demo failed: ${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
