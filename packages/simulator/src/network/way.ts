/** Which way bytes go, seen from who has connected. */
export type Way = "request" | "reply";
