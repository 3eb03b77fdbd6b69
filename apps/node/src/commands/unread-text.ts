import type { UnreadJson } from "../http/entry-json.js";

/** Behind the attributes that are read, on their line: the names of the others, each with its kind. */
export const unreadText = (unread: UnreadJson = {}): string => {
  const names = Object.entries(unread).map(([name, { merge }]) => `${JSON.stringify(name)} (${merge})`);
  return names.length === 0 ? "" : `, unread: ${names.join(", ")}`;
};
