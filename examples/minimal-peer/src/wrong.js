/* What this peer can be told to do wrong, one thing at a time: whoever writes another one sees what the runner then says. */

export const WRONGS = {
  "any-certificate": "accepts whoever holds any certificate",
  "waits-for-hello": "says Hello only once it has the other's",
  "strict-fields": "refuses what a later version has added to a message",
  "accepts-extensions": "passes over extension types",
  "wrong-stream-digest": "says a digest in End that is not that of the records",
  "cursor-unchecked": "honours a cursor whatever commit it names",
  "newest-only": "sends an entry only when its newest change is unseen",
  "domain-unchecked": "supplies a consumer of another domain",
  "claims-early": "raises its vector with a chunk, before End",
  "digest-unchecked": "applies a stream whatever digest its End says",
  "skew-unchecked": "applies changes of any time",
  "forgets-losers": "forgets the writes that nobody knew of, and that lost",
  "drops-unknown-kinds": "drops the states of kinds that users have made, which it does not know",
  "removal-wins": "lets a removal in a set win over a later addition",
};

let chosen;

export const beWrong = (name) => {
  if (!Object.hasOwn(WRONGS, name)) throw new Error(`there is no --wrong ${name}: ${Object.keys(WRONGS).join(", ")}`);
  chosen = name;
};

export const isWrong = (name) => chosen === name;
