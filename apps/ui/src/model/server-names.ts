import type { StatusAnswer } from "../answers/index.js";

/** Whose server uuid that is. */
export type ServerNames = ReadonlyMap<string, string>;

export const SELF = "this node";

/** This node and the partners that have said hello; not servers that are heard of through others, or are gone. Pure. */
export const serverNames = ({ serverUuid, partners }: StatusAnswer): ServerNames =>
  new Map([
    ...partners.flatMap(({ peer, origin }): [string, string][] => (peer ? [[peer.serverUuid, origin]] : [])),
    [serverUuid, SELF],
  ]);

/** The first letters of a uuid: enough to tell one from the other. Pure. */
export const shortName = (server: string): string => server.slice(0, 8);
