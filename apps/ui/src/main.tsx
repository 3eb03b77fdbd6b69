import { render } from "preact";
import { App } from "./components/app.js";
import { exchangeToken, httpDaemon } from "./daemon/daemon.js";

/** The token stands behind the # of the link; it works once, so it does not stay in the address or in the history. */
const enter = async (): Promise<void> => {
  const token = location.hash.slice(1);
  if (token === "") return;
  history.replaceState(null, "", location.pathname);
  // A token that is no good any more is no harm to who has a session already; who has none is told by the first answer.
  await exchangeToken(token).catch(() => false);
};

const page = document.querySelector("#page");
if (page) void enter().then(() => render(<App daemon={httpDaemon} />, page));
