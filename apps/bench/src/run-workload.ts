import type { Measurement } from "./report/measurement.js";
import { Subjects } from "./workload/subjects.js";
import type { Scale, Workload } from "./workload/workload.js";

/** Runs one workload in processes of its own, all of which have ended when it resolves or rejects. */
export const runWorkload = async (workload: Workload, scale: Scale): Promise<readonly Measurement[]> => {
  const subjects = new Subjects();
  try {
    return await workload.run(subjects, scale);
  } finally {
    await subjects.endAll();
  }
};
