import { bothWaysWorkload } from "./both-ways.js";
import { httpReadsWorkload } from "./http-reads.js";
import { idlePullWorkload } from "./idle-pull.js";
import { latencyWorkload } from "./latency.js";
import { mergeWorkload } from "./merge.js";
import { millionWorkload } from "./million.js";
import { pullWorkload } from "./pull.js";
import { readsWorkload } from "./reads.js";
import { refreshWorkload } from "./refresh.js";
import { topologiesWorkload } from "./topologies.js";
import type { Workload } from "./workload.js";
import { writesWorkload } from "./writes.js";

export const WORKLOADS: readonly Workload[] = [
  refreshWorkload,
  pullWorkload,
  bothWaysWorkload,
  latencyWorkload,
  mergeWorkload,
  idlePullWorkload,
  writesWorkload,
  readsWorkload,
  httpReadsWorkload,
  topologiesWorkload,
  millionWorkload,
];
