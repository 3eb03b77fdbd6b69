import type { Ruv, ServerUuid } from "@concordat/crdt";
import type { Channel } from "@concordat/protocol";
import type { Entry, LogFields, PartnerOptions, Replica, ReplicaOptions, Schema } from "@concordat/replica";
import { openReplica } from "@concordat/replica";
import { NodeClock } from "../clock/node-clock.js";
import { ProcessClock } from "../clock/process-clock.js";
import { Disk, type DiskImage } from "../disk/disk.js";
import { DiskFaults } from "../disk/disk-faults.js";
import { SimulatedStorage, type StorageContext, type Unsynced } from "../disk/simulated-storage.js";
import type { Network } from "../network/network.js";
import type { Listener } from "../network/wire.js";
import { SeededRandom } from "../seeded-random.js";
import type { Trace } from "../world/trace.js";
import type { VirtualTime } from "../world/virtual-time.js";
import { Power } from "./power.js";

/** How a process came by another server uuid, as its log says. */
export type Renewal = "refresh_done" | "fork_healed" | "server_uuid_renewed";

export interface NodeContext {
  readonly seed: number;
  readonly time: VirtualTime;
  readonly trace: Trace;
  readonly network: () => Network;
  readonly syncMsMax: number;
  readonly slowReads: number;
  readonly replicaOptions: (node: SimulatedNode) => Omit<ReplicaOptions, "storage" | "clock" | "random" | "log">;
  readonly onStarted: (node: SimulatedNode) => void;
  readonly onEnded: (node: SimulatedNode, unsyncedBatches: number) => void;
  readonly onDiskFault: (node: SimulatedNode, fault: "disk-full" | "read-error" | "write-error") => void;
}

/** A photograph of a disk, with what the replica on it claimed. */
export interface Photograph {
  readonly image: DiskImage;
  readonly server: ServerUuid;
  readonly ruv: Ruv;
}

/** How long a process that could not start stays down before it is tried again. */
const START_AGAIN_MS = 1_000;

/** One process of a node, from its start to its end. */
export interface NodeProcess extends Listener {
  readonly storage: SimulatedStorage;
  replica: Replica | undefined;
  /** Entries that an automatic refresh has exported. */
  readonly exported: Set<string>;
  renewal: Renewal | undefined;
  /** The refresh that runs now as an operator asked for it, who was asked about what goes. */
  operatorRefresh: { readonly from: string } | undefined;
  isStopping: boolean;
  /** Writes of the workload that have not come to an end. */
  writes: number;
}

/** A machine: its disk, its clock, and the process that runs on it, if one does. */
export class SimulatedNode {
  readonly index: number;
  readonly origin: string;
  readonly clock: NodeClock;
  readonly faults = new DiskFaults();
  readonly photographs: Photograph[] = [];
  readonly partners = new Map<number, PartnerOptions>();
  disk: Disk;
  schema: Schema;
  process: NodeProcess | undefined;
  /** What its replica last said of itself; kept while it is down. */
  server: ServerUuid | undefined;
  ruv: Ruv = new Map();
  /** Since when a link says that its history is one of two, and it could not be healed. */
  forkedSinceMs: number | undefined;
  /** When an operator has replaced its content last; 0 before. */
  refreshedAtMs = 0;
  /** Whether its next start is that of a restored backup. */
  isRestored = false;
  #starts = 0;
  readonly #context: NodeContext;

  constructor(index: number, schema: Schema, context: NodeContext, image?: DiskImage) {
    this.index = index;
    this.origin = `repl://node-${index}`;
    this.schema = schema;
    this.#context = context;
    this.clock = new NodeClock(context.time);
    this.disk = new Disk(image);
  }

  /** The replica that runs; `undefined` while it starts or ends. */
  get replica(): Replica | undefined {
    return this.process?.power.isOn && !this.process.isStopping ? this.process.replica : undefined;
  }

  start(): void {
    if (this.process?.power.isOn) return;
    this.#starts += 1;
    const process = this.#newProcess();
    this.process = process;
    this.#open(process).then(
      () => {
        if (process.power.isOn) this.#context.onStarted(this);
      },
      (error: unknown) => {
        if (!process.power.isOn) return;
        this.#context.trace.say(this.#context.time.nowMs, `node ${this.index} does not start: ${messageOf(error)}`);
        this.end({ unsynced: "lost", isSilent: false, downMs: START_AGAIN_MS });
      },
    );
  }

  /** Ends the process now; `downMs` later it starts again. */
  end({
    unsynced,
    isSilent,
    downMs,
  }: {
    readonly unsynced: Unsynced;
    readonly isSilent: boolean;
    readonly downMs: number | undefined;
  }): void {
    const { process } = this;
    if (process === undefined) return;
    process.power.cut();
    const batches = process.storage.losePower(
      unsynced,
      SeededRandom.of(this.#context.seed, 5, this.index, this.#starts),
    );
    this.#context.network().endOf(process, isSilent);
    this.process = undefined;
    this.#context.onEnded(this, batches);
    if (downMs !== undefined) this.#context.time.after(downMs, () => this.start());
  }

  /** As `systemctl restart`: the process ends by itself first. */
  async stop(): Promise<void> {
    const { process } = this;
    if (!process?.power.isOn) return;
    process.isStopping = true;
    await process.replica?.close();
    if (this.process === process) this.end({ unsynced: "kept", isSilent: false, downMs: undefined });
  }

  setPartners(): void {
    this.replica?.setPartners([...this.partners.values()]);
  }

  photograph(): void {
    if (this.server === undefined || this.disk.current === undefined) return;
    this.photographs.unshift({ image: this.disk.image(), server: this.server, ruv: this.ruv });
    if (this.photographs.length > 4) this.photographs.pop();
  }

  /** The disk is what it was, and this machine knows it (`isRestored`) or not. While it is down. */
  goBackTo({ image, server, ruv }: Photograph, isRestored: boolean): void {
    this.disk = new Disk(image);
    this.server = server;
    this.ruv = ruv;
    this.isRestored = isRestored;
    this.photographs.length = 0;
  }

  #newProcess(): NodeProcess {
    const { seed, time, syncMsMax, slowReads, onDiskFault } = this.#context;
    const power = new Power();
    const storage: StorageContext = {
      time,
      disk: this.disk,
      faults: this.faults,
      power,
      random: SeededRandom.of(seed, 4, this.index, this.#starts),
      syncMsMax,
      slowReads,
      onFault: (fault) => onDiskFault(this, fault),
    };
    const process: NodeProcess = {
      index: this.index,
      origin: this.origin,
      power,
      storage: new SimulatedStorage(storage),
      replica: undefined,
      exported: new Set(),
      renewal: undefined,
      operatorRefresh: undefined,
      isStopping: false,
      writes: 0,
      accept: (channel: Channel) => {
        if (process.replica) void process.replica.accept(channel);
        else void channel.close();
      },
    };
    return process;
  }

  async #open(process: NodeProcess): Promise<void> {
    const { seed, time } = this.#context;
    const isRestored = this.isRestored;
    const replica = await openReplica({
      ...this.#context.replicaOptions(this),
      attributes: this.schema,
      partners: isRestored ? [] : [...this.partners.values()],
      storage: process.storage,
      clock: new ProcessClock(time, this.clock, process.power),
      random: SeededRandom.of(seed, 3, this.index, this.#starts),
      onDiscard: async (entries: AsyncIterable<Entry>) => {
        for await (const { uuid, conflictOf } of entries) process.exported.add(conflictOf ?? uuid);
      },
      log: {
        debug: (event) => this.#noteLog(process, event, undefined, undefined),
        info: (event, message) => this.#noteLog(process, event, message, undefined),
        warn: (event, message, fields) => this.#noteLog(process, event, message, fields),
        error: (event, message, fields) => this.#noteLog(process, event, message, fields),
      },
    });
    if (isRestored) {
      await replica.renewServerUuid();
      if (!process.power.isOn) return;
      this.isRestored = false;
      replica.setPartners([...this.partners.values()]);
    }
    process.replica = replica;
  }

  #noteLog(process: NodeProcess, event: string, message: string | undefined, _fields: LogFields | undefined): void {
    if (!process.power.isOn) return;
    if (event === "forked") this.forkedSinceMs ??= this.#context.time.nowMs;
    if (event === "refresh_done" || event === "fork_healed" || event === "server_uuid_renewed") {
      process.renewal = event;
      this.forkedSinceMs = undefined;
    }
    if (message) this.#context.trace.say(this.#context.time.nowMs, `node ${this.index}: ${message}`);
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
