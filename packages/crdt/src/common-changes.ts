import type { AttributeState } from "./attribute-state.js";
import { compareChangeIds } from "./change-id.js";
import type { EntryState } from "./entry-state.js";
import { type RegisterState, sameValue, versionsOf } from "./register-state.js";
import type { ServerUuid } from "./uuid.js";

/**
 * The newest time, in microseconds, of a change of `server` earlier than `before` that both states hold at the same place; 0 when
 * they hold none. A server's changes form one line: up to there, both come of one history. Pure. Model, section 6.
 */
export const newestCommonChange = (
  left: EntryState,
  right: EntryState,
  { server, before }: { readonly server: ServerUuid; readonly before: number },
): number => {
  if (compareChangeIds(left.createdAt, right.createdAt) !== 0) return 0;
  const newest = new Newest(server, before);
  newest.note(left.createdAt.server, left.createdAt.ts);
  if (left.kind === "tombstone" && right.kind === "tombstone") newest.registers(left.deletion, right.deletion);
  for (const [name, ours] of left.attributes) {
    const theirs = right.attributes.get(name);
    if (theirs) newest.attributes(ours, theirs);
  }
  return newest.micros;
};

class Newest {
  micros = 0;

  constructor(
    readonly server: ServerUuid,
    readonly before: number,
  ) {}

  note(server: ServerUuid, ts: number): void {
    if (server === this.server && ts > this.micros && ts < this.before) this.micros = ts;
  }

  attributes(ours: AttributeState, theirs: AttributeState): void {
    this.registers(ours.register, theirs.register);
    for (const [key, register] of ours.map?.keys ?? []) this.registers(register, theirs.map?.keys.get(key));
    for (const [kind, register] of ours.named ?? []) this.registers(register, theirs.named?.get(kind));
    for (const [key, { changeId, present }] of ours.set?.elements ?? []) {
      const other = theirs.set?.elements.get(key);
      const same = other && other.present === present && compareChangeIds(other.changeId, changeId) === 0;
      if (same) this.note(changeId.server, changeId.ts);
    }
    const [mine, other] = [ours, theirs].map(({ counter }) => counter?.totals.get(this.server));
    const same = mine?.increments === other?.increments && mine?.decrements === other?.decrements;
    if (mine && mine.ts === other?.ts && same) this.note(this.server, mine.ts);
  }

  registers(ours: RegisterState | undefined, theirs: RegisterState | undefined): void {
    if (ours === undefined || theirs === undefined) return;
    for (const { changeId, value } of versionsOf(ours)) {
      const same = versionsOf(theirs).some(
        (other) => compareChangeIds(other.changeId, changeId) === 0 && sameValue(other.value, value),
      );
      if (same) this.note(changeId.server, changeId.ts);
    }
  }
}
