import { NO_LINEAGE, type Ruv, type ServerUuid } from "@concordat/crdt";
import { expect, test } from "vitest";
import type { DatabaseState } from "../database/database.js";
import { PartnerPosition } from "./partner-position.js";

const US = "00000000-0000-4000-8000-000000000001" as ServerUuid;
const THEM = "00000000-0000-4000-8000-000000000002" as ServerUuid;
const OTHERS = "00000000-0000-4000-8000-000000000003" as ServerUuid;

const ruv = (seen: Readonly<Record<string, number>>): Ruv =>
  new Map(
    Object.entries(seen).map(([server, at]) => [server as ServerUuid, { seen: at, purged: 0, lineage: NO_LINEAGE }]),
  );

const state = (seen: Readonly<Record<string, number>>, sequence: number): DatabaseState => ({
  ruv: ruv(seen),
  head: { sequence, commit: new Uint8Array(8) },
  clockMicros: 0,
  totals: { liveEntries: 9, tombstones: 0, recordBytes: 0 },
});

test("what came from a partner it does not lack, though its last request was before that", () => {
  const position = new PartnerPosition();
  position.acknowledged({ server: THEM, ruv: ruv({ [US]: 5 }), sequence: 3 }, state({ [US]: 5 }, 3));
  position.shown(THEM, ruv({ [US]: 5, [THEM]: 7 }), state({ [US]: 5 }, 3));
  const after = state({ [US]: 5, [THEM]: 7 }, 4);
  position.committed(after);
  expect(position.behindBy(after, 1_000_000)).toEqual({ seconds: 0, changes: 0 });
  expect(position.acknowledgedRuv).toEqual(ruv({ [US]: 5, [THEM]: 7 }));
  // A request says where it was when it asked.
  position.acknowledged({ server: THEM, ruv: ruv({ [US]: 5, [THEM]: 6 }), sequence: 3 }, after);
  expect(position.behindBy(after, 1_000_000)).toEqual({ seconds: 0, changes: 0 });
});

test("what it has shown does not stand for what others wrote", () => {
  const position = new PartnerPosition();
  position.acknowledged({ server: THEM, ruv: ruv({}), sequence: 0 }, state({}, 0));
  position.shown(THEM, ruv({ [THEM]: 7 }), state({}, 0));
  const after = state({ [THEM]: 7, [OTHERS]: 400_000 }, 2);
  position.committed(after);
  expect(position.behindBy(after, 1_400_000)).toEqual({ seconds: 1, changes: 2 });
});

test("what it has shown is no news to that incarnation as long as it is connected, and is not lacked afterwards", () => {
  const position = new PartnerPosition();
  const after = state({ [THEM]: 7 }, 1);
  position.acknowledged({ server: THEM, ruv: ruv({}), sequence: 0 }, state({}, 0));
  position.shown(THEM, ruv({ [THEM]: 7 }), state({}, 0));
  position.committed(after);
  expect(position.shownBy(THEM)).toEqual(ruv({ [THEM]: 7 }));
  expect(position.shownBy(OTHERS)).toEqual(ruv({}));
  position.disconnected();
  expect(position.shownBy(THEM)).toEqual(ruv({}));
  position.committed(after);
  expect(position.behindBy(after, 1_000_000)).toEqual({ seconds: 0, changes: 0 });
  position.acknowledged({ server: OTHERS, ruv: ruv({}), sequence: 0 }, after);
  expect(position.behindBy(after, 1_000_000)).toEqual({ seconds: 1, changes: 1 });
});
