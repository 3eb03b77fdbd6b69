import { randomBytes } from "node:crypto";
import type { DaemonClient } from "../client/daemon-client.js";
import { listenHttp } from "../compose/http-server.js";
import { createRedirectFile, type RedirectFile } from "./redirect-file.js";
import { createUiApp, type UiAppOptions } from "./ui-app.js";
import { readUiFiles, UI_DIRECTORY } from "./ui-files.js";
import { UiSession } from "./ui-session.js";

export interface ServeUiOptions extends Pick<UiAppOptions, "commandSuffix" | "onEntry"> {
  /** 0 for a free one. */
  readonly port: number;
  readonly daemon: DaemonClient;
}

/** A page that is being served. */
export interface ServedUi {
  /** Opens the page, once. */
  readonly url: string;
  /** In the user's own browser, if there is one. */
  openBrowser(): Promise<RedirectFile>;
  close(): Promise<void>;
}

/** Serves the page on a loopback port. Throws a `CommandError` when the port cannot be had. */
export const serveUi = async ({ port, daemon, commandSuffix, onEntry }: ServeUiOptions): Promise<ServedUi> => {
  const session = new UiSession({ randomSecret, startedAtMs: Date.now() });
  const folder = randomSecret();
  const files = await readUiFiles(UI_DIRECTORY);
  const app = createUiApp({ folder, session, files, daemon, commandSuffix, nowMs: Date.now, onEntry });
  const server = await listenHttp((request) => app.fetch(request), { host: "127.0.0.1", port }, "--port");
  // What stands behind the # is sent to no server, and the page takes it out of the address at once.
  const url = `http://${server.address}/${folder}/#${session.token}`;
  return { url, openBrowser: () => openBrowser(url), close: () => server.close() };
};

const openBrowser = async (url: string): Promise<RedirectFile> => {
  const file = await createRedirectFile(url);
  const { default: open } = await import("open");
  // A machine without a browser: the link was printed.
  const browser = await open(file.path).catch(() => undefined);
  browser?.on("error", () => {});
  return file;
};

/** 256 bits, in the letters of an address. */
const randomSecret = (): string => randomBytes(32).toString("base64url");
