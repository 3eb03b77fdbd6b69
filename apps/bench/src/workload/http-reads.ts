import { writeFileSync } from "node:fs";
import { Agent, request } from "node:http";
import { join } from "node:path";
import { Daemon } from "../daemon/daemon.js";
import { type Measurement, percentile } from "../report/measurement.js";
import { sampleAttributes, sampleUuid } from "../sample/sample-entries.js";
import { temporaryDirectory } from "../subject/temporary-directory.js";
import type { Scale, Workload } from "./workload.js";

const ENTRIES: Readonly<Record<Scale, number>> = { full: 100_000, quick: 10_000, check: 5_000 };
const READS: Readonly<Record<Scale, number>> = { full: 3_000, quick: 1_500, check: 1_500 };
/** Between two reads, as clients that each do something with what they got. */
const PAUSE_MS = 1;
const STRIDE = 7_919;

/** W8: reads over HTTP of a daemon, alone and while it is being refreshed. */
export const httpReadsWorkload: Workload = {
  id: "W8",
  title: "HTTP reads, alone and during a refresh",
  run: async (_, scale) => {
    const directory = temporaryDirectory("daemons");
    const supplier = await Daemon.create(join(directory, "supplier"));
    const reader = await Daemon.create(join(directory, "reader"));
    supplier.addPartner(reader.origin, await reader.certificate());
    reader.addPartner(supplier.origin, await supplier.certificate());
    try {
      await Promise.all([supplier.start(), reader.start()]);
      await importSample(supplier, directory, ENTRIES[scale]);
      await refresh(reader);
      return await measure(reader, ENTRIES[scale], READS[scale]);
    } finally {
      await Promise.all([supplier.stop(), reader.stop()]);
    }
  },
};

const importSample = async (daemon: Daemon, directory: string, entries: number): Promise<void> => {
  const lines = Array.from({ length: entries }, (_, index) =>
    JSON.stringify({ uuid: sampleUuid(index), attributes: sampleAttributes(index) }),
  );
  const file = join(directory, "sample.ndjson");
  writeFileSync(file, `${lines.join("\n")}\n`);
  await daemon.run(["import", file]);
};

const refresh = (daemon: Daemon): Promise<string> =>
  daemon.run(["refresh-replication-consumer", "--discard-local-changes"]);

const measure = async (reader: Daemon, entries: number, count: number): Promise<readonly Measurement[]> => {
  const agent = new Agent({ keepAlive: true });
  let reads = 0;
  const readOne = (): Promise<number> => {
    reads += 1;
    return timeOf(agent, reader.socketPath, sampleUuid((reads * STRIDE) % entries));
  };
  const [alone, busy]: [number[], number[]] = [[], []];
  for (let read = 0; read < count; read += 1) alone.push(await paused(readOne));
  let isRefreshing = true;
  const refreshing = refresh(reader).finally(() => {
    isRefreshing = false;
  });
  while (isRefreshing) busy.push(await paused(readOne));
  await refreshing;
  agent.destroy();
  const [aloneMs, busyMs] = [percentile(alone.slice(count / 3), 99), percentile(busy, 99)];
  return [
    {
      workload: "W8",
      subject: "concordat",
      what: `HTTP reads by uuid during a refresh of ${entries.toLocaleString("en-US")} entries, p99`,
      value: busyMs,
      unit: "ms",
      limit: { subject: "alone", value: aloneMs },
      goal: { kind: "ratio at most", value: 2 },
    },
  ];
};

const paused = async (readOne: () => Promise<number>): Promise<number> => {
  await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  return readOne();
};

const timeOf = (agent: Agent, socketPath: string, uuid: string): Promise<number> => {
  const started = performance.now();
  return new Promise((resolve, reject) => {
    const path = `/v1/entries/${uuid}`;
    request({ agent, socketPath, path }, (response) => {
      response.resume();
      response.on("end", () => {
        if (response.statusCode === 200) resolve(performance.now() - started);
        else reject(new Error(`${path} answered ${response.statusCode}`));
      });
    })
      .on("error", reject)
      .end();
  });
};
