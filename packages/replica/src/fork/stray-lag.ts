import type { ServerLag } from "@concordat/crdt";

/** No lag, but a claim that the partner has withdrawn. Protocol, `RefreshRequired`. */
export const isStray = ({ seen, purged }: ServerLag): boolean => seen >= purged;
