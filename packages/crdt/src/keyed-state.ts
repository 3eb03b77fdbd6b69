/** The join of two maps, key by key; `local` itself when nothing in it changes. */
export const mergedMap = <K, V>(
  local: ReadonlyMap<K, V>,
  incoming: ReadonlyMap<K, V>,
  merge: (local: V, incoming: V, key: K) => V,
): ReadonlyMap<K, V> => {
  let merged: Map<K, V> | undefined;
  for (const [key, theirs] of incoming) {
    const ours = local.get(key);
    const winner = ours === undefined ? theirs : merge(ours, theirs, key);
    if (winner === ours) continue;
    merged ??= new Map(local);
    merged.set(key, winner);
  }
  return merged ?? local;
};

/** The entries of `map` that `keep` accepts: `map` itself when it accepts all, `undefined` when none. */
export const filteredMap = <K, V>(
  map: ReadonlyMap<K, V>,
  keep: (value: V, key: K) => boolean,
): ReadonlyMap<K, V> | undefined => {
  const kept = new Map<K, V>();
  for (const [key, value] of map) if (keep(value, key)) kept.set(key, value);
  if (kept.size === 0) return undefined;
  return kept.size === map.size ? map : kept;
};
