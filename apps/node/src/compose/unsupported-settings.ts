import type { Config } from "@concordat/config";

/** What a valid file asks for and this version refuses to run with: one sentence each. Pure. */
export const unsupportedSettings = (config: Config): string[] => {
  const problems: string[] = [];
  const { bindAddress, storage } = config;
  if (bindAddress !== undefined && !isLoopback(bindAddress.host)) {
    problems.push(
      `bindaddress: the data API serves loopback addresses only, and ${bindAddress.host} is none: write 127.0.0.1:${bindAddress.port}, or leave the line out to serve the unix socket alone`,
    );
  }
  if (storage.type === "postgres") {
    problems.push('[storage] type = "postgres" is not part of this version: write "lmdb", or "memory" for a trial');
  }
  return problems;
};

export const isLoopback = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127(\.\d{1,3}){3}$/.test(host);
