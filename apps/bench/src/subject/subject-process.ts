import { concordatSubject } from "./concordat-subject.js";
import { mergeAlone } from "./merge-alone.js";
import { rawLmdb } from "./raw-lmdb.js";
import { rawMsgpackr } from "./raw-msgpackr.js";
import { rawTls } from "./raw-tls.js";
import type { Call, Reply } from "./remote-subject.js";
import type { Subject } from "./subject.js";

const SUBJECTS: Readonly<Record<string, () => Subject>> = {
  concordat: concordatSubject,
  "merge-alone": mergeAlone,
  "raw-lmdb": rawLmdb,
  "raw-msgpackr": rawMsgpackr,
  "raw-tls": rawTls,
};

const subject = (SUBJECTS[process.argv[2] ?? ""] as () => Subject)();

process.on("message", async ({ id, method, argument }: Call) => {
  process.send?.(await replyTo(id, method, argument));
});

process.on("disconnect", async () => {
  await subject.end?.();
  process.exit();
});

const replyTo = async (id: number, method: string, argument: unknown): Promise<Reply> => {
  try {
    return { id, result: await subject.methods[method]?.(argument as never) };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
};
