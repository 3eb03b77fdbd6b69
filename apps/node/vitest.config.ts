import { defineConfig } from "vitest/config";
import { BaseSequencer, type TestSpecification } from "vitest/node";

/** Files that take long: begun last, one of them would be waited for alone. */
const LONG = ["chaos", "fuzz", "restore", "doctor", "server", "renewal", "postgres", "reload", "import"];

class LongFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rank = ({ moduleId }: TestSpecification): number => {
      const index = LONG.findIndex((name) => moduleId.includes(`/test/${name}`));
      return index < 0 ? LONG.length : index;
    };
    return (await super.sort(files)).sort((a, b) => rank(a) - rank(b));
  }
}

/** Says that something hangs, not that it is slow: a machine that does other things besides takes several times as long as a free one. */
const HANGS_MS = 240_000;

const setupFiles = ["../../scripts/property-seed.mjs"];

export default defineConfig({
  test: {
    // Most tests are those of processes, and wait for them.
    maxWorkers: 3,
    sequence: { sequencer: LongFirst },
    projects: [
      // One process serves many files, which otherwise each load and compile the same modules.
      { test: { name: "units", include: ["src/**/*.test.ts"], setupFiles, isolate: false, testTimeout: HANGS_MS } },
      {
        test: {
          name: "processes",
          include: ["test/**/*.test.ts"],
          setupFiles,
          testTimeout: HANGS_MS,
          hookTimeout: HANGS_MS,
        },
      },
    ],
  },
});
