import { bothWaysWorkload } from "./both-ways.js";
import { idlePullWorkload } from "./idle-pull.js";
import { mergeWorkload } from "./merge.js";
import { pullWorkload } from "./pull.js";
import { refreshWorkload } from "./refresh.js";
import type { Workload } from "./workload.js";

export const WORKLOADS: readonly Workload[] = [
  refreshWorkload,
  pullWorkload,
  bothWaysWorkload,
  mergeWorkload,
  idlePullWorkload,
];
