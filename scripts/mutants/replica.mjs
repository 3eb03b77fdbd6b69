/** What every property of `packages/replica` must not let pass. The form is explained in `scripts/mutants.mjs`. */

const SRC = "packages/replica/src";
const CRDT = "packages/crdt/src";

const convergence = {
  suite: `${SRC}/convergence.property.test.ts`,
  property:
    "whatever is cut, nothing that a replica claims is missing, nobody comes back from the dead, and all converge",
  mutants: [
    {
      name: "the vector is claimed with the first chunk",
      file: `${SRC}/session/pull.ts`,
      find: "if (isEnd) await claim(batch,",
      replace: "await claim(batch,",
    },
    {
      name: "a claim takes the supplier's vector as it is, also where this replica has seen more",
      file: `${CRDT}/ruv.ts`,
      find: "if (row.seen <= (mine?.seen ?? 0)) continue;",
      replace: "",
    },
    {
      name: "what has changed of the entry that a scan has reached last is not sent when it goes on",
      file: `${SRC}/session/feed-stream.ts`,
      find: "uuidFromBytes<Uuid>(uuid) <= scanned",
      replace: "uuidFromBytes<Uuid>(uuid) < scanned",
    },
    {
      name: "a scan goes on behind the next entry",
      file: `${SRC}/session/feed-stream.ts`,
      find: "place: { sequence: head, scanned: uuidOfEntryKey(key) }",
      replace: "place: { sequence: head + 1, scanned: uuidOfEntryKey(key) }",
    },
    {
      name: "a stream begins one place beyond the cursor",
      file: `${SRC}/session/supplier.ts`,
      find: "? place : undefined;",
      replace: "? { ...place, sequence: place.sequence + 1 } : undefined;",
    },
    {
      name: "what is applied does not move the clock",
      file: `${SRC}/database/write-batch.ts`,
      find: "this.builder.raiseClock(newestChangeOfEntry(state).ts);",
      replace:
        "if (newestChangeOfEntry(state).server === this.database.serverUuid) this.builder.raiseClock(newestChangeOfEntry(state).ts);",
    },
    {
      name: "what is merged keeps its old place in the feed",
      file: `${SRC}/session/apply-states.ts`,
      find: "if (merged !== local) batch.stage(merged);",
      replace: "if (merged !== local) batch.rewrite(merged);",
    },
    {
      name: "what comes takes the place of what is here",
      file: `${SRC}/session/apply-states.ts`,
      find: "if (merged !== local) batch.stage(merged);",
      replace: "if (merged !== local) batch.stage(state);",
    },
    {
      name: "a deleted entry is dropped, not kept as a tombstone",
      file: `${SRC}/write/entry-transaction.ts`,
      find: "this.#written.set(uuid, deletedEntry(expectLive(uuid, state, options), this.changeId));",
      replace: "this.#written.set(uuid, { ...expectLive(uuid, state, options), attributes: new Map() });",
    },
  ],
};

const usersKinds = {
  suite: `${SRC}/scenario/users-kinds.property.test.ts`,
  property:
    "whoever knows the kind shows the join of all that was written and not removed; all hold the same, read or not",
  mutants: [
    {
      name: "what is written takes the place of what was there",
      file: `${SRC}/write/write-attribute.ts`,
      find: "merge.join(base, merge.change(base, written, changeId))",
      replace: "merge.change(merge.empty, written, changeId)",
    },
    {
      name: "of versions side by side the newest alone is shown",
      file: `${SRC}/kind/joined-value.ts`,
      find: "values.map((bytes)",
      replace: "values.slice(0, 1).map((bytes)",
    },
    {
      name: "a write is joined with the newest version alone",
      file: `${SRC}/write/write-attribute.ts`,
      find: "const current = first && joinedValue(merge, [first, ...others]);",
      replace: "const current = first && joinedValue(merge, others.length > 9 ? [first, ...others] : [first]);",
    },
    {
      name: "who does not know the kind writes another beside it",
      file: `${SRC}/write/entry-transaction.ts`,
      find: 'if (edit.kind !== "remove") expectKnown(name, state, kind);',
      replace: "",
    },
    {
      name: "of two versions the later takes the place of one that it did not know",
      file: `${CRDT}/named-kind.ts`,
      find: "mergedMap(local, incoming, mergeRegisters)",
      replace: "mergedMap(local, incoming, (ours, theirs) => (ours.changeId.ts >= theirs.changeId.ts ? ours : theirs))",
    },
  ],
};

const purge = {
  suite: `${SRC}/scenario/purge.property.test.ts`,
  property:
    "whatever is purged and whoever lags, nobody comes back from the dead, and all converge at the common horizon",
  mutants: [
    {
      name: "a deletion is purged as soon as it is made",
      file: `${SRC}/purge/purge-horizon.ts`,
      find: "Math.min(localMicros, trusted) - changelogMaxAgeMs * 1_000",
      replace: "Math.min(localMicros, trusted)",
    },
    {
      name: "a purge does not say up to when it has purged",
      file: `${SRC}/purge/purge.ts`,
      find: "for (const [server, ts] of left.purged) batch.builder.raisePurged(server, ts);",
      replace: "",
    },
    {
      name: "the purge of a supplier is not taken over",
      file: `${SRC}/purge/purge-as-supplier.ts`,
      find: "if (!goesBeyond(common, database.purgedAsSupplier)) return;",
      replace: "return;",
    },
    {
      name: "a consumer that lags is supplied all the same",
      file: `${CRDT}/diff-ruv.ts`,
      find: "const consumerLags = lagsBehind(consumer, supplier);",
      replace: "const consumerLags: ServerLag[] = [];",
    },
    {
      name: "a supplier that lags supplies all the same",
      file: `${CRDT}/diff-ruv.ts`,
      find: "const supplierLags = lagsBehind(supplier, consumer);",
      replace: "const supplierLags: ServerLag[] = [];",
    },
    {
      name: "a tombstone comes in part to whoever has seen one of its deletions",
      file: `${CRDT}/supply-filter.ts`,
      find: "(isDeletionSeen(entry, seen) || lostUpdates(entry))",
      replace: "lostUpdates(entry)",
    },
  ],
};

const purgeOfUsersKinds = {
  suite: `${SRC}/scenario/purge.property.test.ts`,
  property: "the same holds of a user's kind, which some know and some do not",
  mutants: [
    {
      name: "what is old enough of a user's kind goes, be it a mark or a value",
      file: `${CRDT}/purge-entry.ts`,
      find: "only === undefined || keepRegister(only)",
      replace: "only === undefined || keep(only.changeId, true)",
    },
  ],
};

/** A cut, a pass of time and a purge in this order are too rare in random histories. */
const earlyDelivery = {
  suite: `${SRC}/scenario/lag-and-purge.test.ts`,
  property: "what arrived of a pull that was cut is kept until the node claims it",
  mutants: [
    {
      name: "what is not claimed yet is purged",
      file: `${SRC}/purge/purging.ts`,
      find: "ts <= throughMicros && ts <= seen(server)",
      replace: "ts <= throughMicros",
    },
  ],
};

const purgeMeanwhile = {
  suite: `${SRC}/scenario/lag-and-purge.test.ts`,
  property:
    "what is purged while a pull is on its way does not come back with it, from a supplier that had not seen the deletion",
  mutants: [
    {
      name: "a pull applies what it was sent although more was purged since it was asked for",
      file: `${SRC}/session/pull.ts`,
      find: "if (lag) return lag;",
      replace: "",
    },
  ],
};

const ownPurgeMeanwhile = {
  suite: `${SRC}/scenario/lag-and-purge.test.ts`,
  property:
    "what this node has purged while a pull is on its way does not come back with it, from a supplier that still keeps the deletion",
  mutants: [
    {
      name: "a pull brings back a tombstone that was seen and purged since it was asked for",
      file: `${SRC}/session/pull.ts`,
      find: 'return diffRuv(asked.ruv, state.ruv).kind === "consumer-lags" ? { kind: "superseded" } : undefined;',
      replace: "return undefined;",
    },
  ],
};

const criticalMeanwhile = {
  suite: `${SRC}/scenario/lag-and-purge.test.ts`,
  property:
    "critical while an automatic refresh runs: it replaces nothing, since what was deleted here would live again",
  mutants: [
    {
      name: "an automatic refresh undoes what was deleted and purged while it ran",
      file: `${SRC}/refresh/refresh.ts`,
      find: "if (options.isAutomatic && wouldRevive(begin, current)) return undecided(origin);",
      replace: "",
    },
  ],
};

/** Two deletions of one entry, and a purge between the two, are too rare in random histories. */
const purgeOfTwoDeletions = {
  suite: `${SRC}/scenario/lag-and-purge.test.ts`,
  property:
    "a uuid that two deleted, not knowing of each other, lives everywhere when it is created again after the purge",
  mutants: [
    {
      name: "of a supplier's purge only the rows are taken over that go beyond this replica's own",
      file: `${SRC}/purge/purge-as-supplier.ts`,
      find: "[server, Math.min(purged, seen(server))]",
      replace: "[server, purged > (ours.get(server)?.purged ?? 0) ? Math.min(purged, seen(server)) : 0]",
    },
  ],
};

const purgeHalfWay = {
  suite: `${SRC}/scenario/lag-and-purge.test.ts`,
  property:
    "a purge that stopped half-way is taken over from a supplier all the same: a uuid that was created again lives everywhere",
  mutants: [
    {
      name: "what this replica has purged a part of counts as purged whole",
      file: `${SRC}/purge/purge-as-supplier.ts`,
      find: "goesBeyond(common, database.purgedAsSupplier)",
      replace: "goesBeyond(common, new Map([...database.state.ruv].map(([server, { purged }]) => [server, purged])))",
    },
  ],
};

const forks = {
  suite: `${SRC}/scenario/forks.property.test.ts`,
  property:
    "whichever disk goes back in time, whatever anybody still has of an acknowledged write is everywhere in the end",
  mutants: [
    {
      name: "only who is ahead shows a fork: lineages are not looked at",
      file: `${SRC}/database/own-history.ts`,
      find: `if (lineage.at === 0) return "unknown";`,
      replace: `return "here";`,
    },
    {
      name: "a server that was healed goes on claiming all of its old history",
      file: `${SRC}/fork/heal-fork.ts`,
      find: "if (row.seen > after) builder.setRow(from, await rowUntil(database, row, { after, knownUntil }));",
      replace: "",
    },
    {
      name: "what only the healed server has is not announced anew",
      file: `${SRC}/fork/heal-fork.ts`,
      find: "const { moved, knownUntil } = await reannounce(batch, { from, after, to });",
      replace: "const [moved, knownUntil] = [0, after];",
    },
    {
      name: "a healed server takes over the claim of a partner to what it has withdrawn",
      file: `${SRC}/session/pull.ts`,
      find: "if (!stray.has(server)) builder.setRow(server, row);",
      replace: "builder.setRow(server, row);",
    },
  ],
};

/** What random histories reach too rarely, or not any more, is shown by a scenario of its own. */
const twoUuids = {
  suite: `${SRC}/scenario/early-deliveries.test.ts`,
  property: "nothing stays of it once it is deleted and purged",
  mutants: [
    {
      name: "what an entry became that lost its uuid is held beside it, where nobody is known to have taken that",
      file: `${SRC}/session/apply-states.ts`,
      find: "return held && sameCreation(held, other) ? other : state;",
      replace: "return state;",
    },
  ],
};

const forkScenario = (property, ...mutants) => ({ suite: `${SRC}/scenario/forks.test.ts`, property, mutants });

const guessedParting = forkScenario(
  "where nobody can be asked when the histories parted, what others wrote before that is not claimed in vain",
  {
    name: "a server that had to guess when the histories parted goes on claiming what others wrote",
    file: `${SRC}/fork/heal-fork.ts`,
    find: "if (isGuess) unclaimOthers(builder, from, after);",
    replace: "",
  },
  {
    name: "cursors outlive the healing",
    file: `${SRC}/fork/heal-fork.ts`,
    find: "builder.addOperations(await removals(database, ALL_CURSORS));",
    replace: "",
  },
);

const countedParting = forkScenario(
  "a counter that had counted on, before anybody agreed to that and before it parted, adds up alike everywhere",
  {
    name: "what a counter had at the parting is claimed, known or not",
    file: `${SRC}/fork/heal-fork.ts`,
    find: "await rowUntil(database, row, { after, knownUntil })",
    replace: "await rowUntil(database, row, { after, knownUntil: after })",
  },
  {
    name: "what a counter had is known for as long as it stood, whoever agreed to that",
    file: `${SRC}/database/counter-base.ts`,
    find: "value: baseBytes({ total, until })",
    replace: "value: baseBytes({ total, until: newest.ts })",
  },
);

const silentWitness = forkScenario(
  "is compared with all that a partner has, where that has purged beyond what anybody had agreed to",
  {
    name: "a witness that would tell nothing of so little is not asked for all that it has",
    file: `${SRC}/fork/common-history.ts`,
    find: 'if (reply?.type !== "refresh-required") return reply;',
    replace: "if (reply !== undefined) return reply;",
  },
);

const shownParting = forkScenario(
  "a partner that shows it, and takes over the other history before it is asked again, has shown it",
  {
    name: "the histories parted where the witness says when it is asked, whatever it had shown before",
    file: `${SRC}/fork/healing.ts`,
    find: "before: evidence.partedBeforeMicros",
    replace: "before: Number.MAX_SAFE_INTEGER",
  },
);

const foundingInCommon = forkScenario(
  "that of a founder that never wrote anything, older than the commits that are kept: all go on to have the founding in common",
  {
    name: "a founder withdraws the founding of the domain",
    file: `${SRC}/fork/healing.ts`,
    find: "(await foundingOf(found))?.lineage.at ?? 0",
    replace: "0",
  },
  {
    name: "the founding of the domain is forgotten like any other commit",
    file: `${SRC}/database/own-history.ts`,
    find: "const forgotten = rows.filter(({ key, value }) => !isFounding(ownCommitOf(key, value)));",
    replace: "const forgotten = rows;",
  },
);

const toldFork = forkScenario(
  "of a node that only supplies, from before it knew of its consumer: it says so until it pulls, and then heals",
  {
    name: "a fork that cannot be compared is told to nobody",
    file: `${SRC}/replica-node.ts`,
    find: "if (!(await this.#heal(origin, evidence))) this.#links.noteShownFork(origin, evidence);",
    replace: "await this.#heal(origin, evidence);",
  },
);

const keptWithdrawal = forkScenario("what it has withdrawn it knows after a restart, too", {
  name: "it is not remembered what was withdrawn",
  file: `${SRC}/fork/heal-fork.ts`,
  find: "builder.addOperations([withdrawnOperation(from, after)]);",
  replace: "",
});

const strayNews = forkScenario("what came to it with such a claim is news to those who had everything before", {
  name: "what came with a claim that is not taken over is told to nobody",
  file: `${SRC}/session/pull.ts`,
  find: "if (hasEarly || (stray.size > 0 && hasApplied)) announce(",
  replace: "if (hasEarly || (stray.size > 0 && hasApplied && database.withdrawn.size === 0)) announce(",
});

const strayDeletion = forkScenario(
  "a deletion that comes back with such a claim is purged with the one that it was announced anew as",
  {
    name: "a tombstone with a deletion that nobody claims is kept for good",
    file: "packages/crdt/src/purge-entry.ts",
    find: "purged.some((due) => due.ts === ts)",
    replace: "purged.some((due) => due.ts === ts && deletions.length === purged.length)",
  },
);

const rememberedStray = forkScenario(
  "who is refreshed for that does not take it over again from the next who did, and tells it",
  {
    name: "a refreshed database knows nothing of what was withdrawn",
    file: `${SRC}/refresh/refresh.ts`,
    find: ", ...withdrawn]",
    replace: "]",
  },
);

const otherFeed = forkScenario(
  "that wrote nothing itself since: who has pulled from it does not go on where it stopped",
  {
    name: "a cursor holds whatever commit it names",
    file: `${SRC}/session/supplier.ts`,
    find: "commit && sameBytes(commit, cursor.commit) ? place",
    replace: "commit ? place",
  },
);

const views = {
  suite: `${SRC}/scenario/views.property.test.ts`,
  property:
    "whatever was written and pulled, all replicas of a schema show the same, and their indexes are what states say",
  mutants: [
    {
      name: "of two creations of one uuid, the one that was here first holds it",
      file: `${SRC}/session/apply-states.ts`,
      find: "const incomingIsEarlier = compareChangeIds(state.createdAt, local.createdAt) < 0;",
      replace: "const incomingIsEarlier = false;",
    },
    {
      name: "of two creations of one uuid, the later holds it",
      file: `${SRC}/session/apply-states.ts`,
      find: "const incomingIsEarlier = compareChangeIds(state.createdAt, local.createdAt) < 0;",
      replace: "const incomingIsEarlier = compareChangeIds(state.createdAt, local.createdAt) > 0;",
    },
    {
      name: "who came first to a replica keeps a unique value there",
      file: `${SRC}/constraint/unique-index.ts`,
      find: "claims.set(uuid, { uuid, changeId: { server, ts: readNumber(row, offset + 2 * UUID_BYTES) } });",
      replace: "claims.set(uuid, { uuid, changeId: { server, ts: offset } });",
    },
    {
      name: "a claim that was given up stays in the index",
      file: `${SRC}/constraint/unique-index.ts`,
      find: "for (const key of gone.keys()) if (!made.has(key)) this.#change(key, uuid, undefined);",
      replace: "",
    },
    {
      name: "an entry that lost its uuid claims unique values",
      file: `${SRC}/constraint/claims.ts`,
      find: `state?.kind === "live" && state.conflictOf === undefined`,
      replace: `state?.kind === "live"`,
    },
    {
      name: "an entry of which a unique value is hidden shows no references either",
      file: `${SRC}/constraint/mask.ts`,
      find: "(reference) => isDangling(reference, targets)",
      replace: "(reference) => lost.length > 0 || isDangling(reference, targets)",
    },
    {
      name: "a reference to what is deleted is shown",
      file: `${SRC}/constraint/mask.ts`,
      find: "target === undefined || !regular.has(target)",
      replace: "target === undefined",
    },
    {
      name: "a reference that was taken back stays in the index",
      file: `${SRC}/constraint/constraint-rows.ts`,
      find: "if (!has.has(target)) operations.push({ key: referenceKey(target, uuid), value: undefined });",
      replace: "",
    },
  ],
};

const entryVersion = {
  suite: `${SRC}/read/entry-version.property.test.ts`,
  property: "two versions are equal exactly when the merged states are, on whichever node and at whatever time",
  mutants: [
    {
      name: "versions side by side do not count",
      file: `${SRC}/read/entry-version.ts`,
      find: "for (const { changeId } of versionsOf(register)) lanes.change(changeId);",
      replace: "lanes.change(register.changeId);",
    },
    {
      name: "the order in which attributes were written counts",
      file: `${SRC}/read/entry-version.ts`,
      find: "return [...map].sort(([left], [right]) => (left < right ? -1 : 1));",
      replace: "return map;",
    },
    {
      name: "counters do not count",
      file: `${SRC}/read/entry-version.ts`,
      find: "for (const [server, { ts }] of inOrder(totals)) lanes.change({ ts, server });",
      replace: "",
    },
  ],
};

const KEY_SPACE = `${SRC}/database/key-space.ts`;
const ROWS = `${SRC}/database/rows.ts`;

/** One mutant of the code of keys or rows. */
const stored = (suite, file) => (property, name, find, replace) => ({
  suite: `${SRC}/database/${suite}`,
  property,
  mutants: [{ name, file, find, replace }],
});
const keySpace = stored("key-space.property.test.ts", KEY_SPACE);
const rows = stored("rows.property.test.ts", ROWS);

export const replica = [
  convergence,
  usersKinds,
  purge,
  purgeOfUsersKinds,
  earlyDelivery,
  purgeMeanwhile,
  ownPurgeMeanwhile,
  criticalMeanwhile,
  purgeOfTwoDeletions,
  purgeHalfWay,
  twoUuids,
  forks,
  guessedParting,
  countedParting,
  silentWitness,
  shownParting,
  foundingInCommon,
  toldFork,
  keptWithdrawal,
  strayNews,
  strayDeletion,
  rememberedStray,
  otherFeed,
  views,
  entryVersion,
  keySpace(
    "read as they were written, at any place of any view",
    "numbers are read from the beginning of the buffer, not of the view",
    "readUnsigned32(bytes, offset) * 2 ** 32",
    "readUnsigned32(new Uint8Array(bytes.buffer), offset) * 2 ** 32",
  ),
  keySpace(
    "in keys stand in the order of the bytes, and read back",
    "the smaller half of a number stands first",
    "writeUnsigned32(value >>> 0, target, offset + 4);",
    "writeUnsigned32(((value & 0xff) << 24) | (value >>> 8), target, offset + 4);",
  ),
  keySpace(
    "in keys stand in the order of their text",
    "the bytes of a uuid stand in a key from the last to the first",
    "key[0] = prefix;\n  writeUuid(uuid, key, 1);",
    "key[0] = prefix;\n  writeUuid(uuid, key, 1);\n  key.subarray(1).reverse();",
  ),
  keySpace(
    "as bytes name the same entry",
    "the first byte of a uuid is left out",
    "key.set(uuid.subarray(0, UUID_BYTES), 1);",
    "key.set(uuid.subarray(1, UUID_BYTES), 1);",
  ),
  keySpace("the spaces do not meet", "two spaces share a letter", `space("f")`, `space("e")`),
  keySpace(
    "ranges of the feed end where they say, and the entries after one begin with the next",
    "the last row of a part of the feed is left out",
    "to: feedKey(through + 1),",
    "to: feedKey(through),",
  ),
  keySpace(
    "ranges of the feed end where they say, and the entries after one begin with the next",
    "a page begins with the row that the one before ended with",
    "const from = new Uint8Array(key.length + 1);",
    "const from = new Uint8Array(key.length);",
  ),
  rows(
    "entries",
    "a record takes the rest of the buffer",
    "record: bytes.subarray(NUMBER_BYTES),",
    "record: new Uint8Array(bytes.buffer, bytes.byteOffset + NUMBER_BYTES),",
  ),
  rows(
    "rows of the vector",
    "the lineage is read from the beginning of the buffer, not of the row",
    "new DataView(bytes.buffer, bytes.byteOffset).getBigUint64",
    "new DataView(bytes.buffer).getBigUint64",
  ),
  rows(
    "cursors, which keep no view of the row",
    "a cursor keeps the bytes that it was read from",
    "bytes.slice(NUMBER_BYTES, CURSOR_BYTES)",
    "bytes.subarray(NUMBER_BYTES, CURSOR_BYTES)",
  ),
];
