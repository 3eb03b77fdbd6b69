import type { Call, Reply } from "./remote-subject.js";
import type { Subject } from "./subject.js";

/** Loaded when asked for: what is measured in a process is the only library in it. */
const SUBJECTS: Readonly<Record<string, () => Promise<Subject>>> = {
  automerge: async () => (await import("../peer/automerge.js")).automerge(),
  concordat: async () => (await import("./concordat-subject.js")).concordatSubject(),
  loro: async () => (await import("../peer/loro.js")).loro(),
  "merge-alone": async () => (await import("./merge-alone.js")).mergeAlone(),
  pouchdb: async () => (await import("../peer/pouchdb.js")).pouchdb(),
  "raw-lmdb": async () => (await import("./raw-lmdb.js")).rawLmdb(),
  "raw-msgpackr": async () => (await import("./raw-msgpackr.js")).rawMsgpackr(),
  "raw-tls": async () => (await import("./raw-tls.js")).rawTls(),
  yjs: async () => (await import("../peer/yjs.js")).yjs(),
};

const loading = (SUBJECTS[process.argv[2] ?? ""] as () => Promise<Subject>)();

process.on("message", async ({ id, method, argument }: Call) => {
  process.send?.(await replyTo(id, method, argument));
});

process.on("disconnect", async () => {
  await (await loading).end?.();
  process.exit();
});

const replyTo = async (id: number, method: string, argument: unknown): Promise<Reply> => {
  try {
    const subject = await loading;
    return { id, result: await subject.methods[method]?.(argument as never) };
  } catch (error) {
    return { id, error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
};
