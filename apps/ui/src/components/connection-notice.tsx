import { sentence } from "../model/sentence.js";
import type { Connection } from "../model/view.js";
import { CommandLine } from "./command-line.js";

/** Says plainly when what is shown is not what is; nothing while all is well. */
export const ConnectionNotice = ({
  connection,
  suffix,
}: {
  readonly connection: Connection;
  readonly suffix: string;
}) => (
  <div role="alert">
    {connection.kind === "daemon-gone" && (
      <section class="notice trouble">
        <h2>The daemon does not answer</h2>
        <p>
          {sentence(connection.message)} What is below is what it said last, before{" "}
          <time>{clock(connection.sinceMs)}</time>. The page goes on by itself when it is back.
        </p>
        <CommandLine command={`concordat server${suffix}`} />
      </section>
    )}
    {connection.kind === "page-gone" && (
      <section class="notice trouble">
        <h2>concordat ui has ended</h2>
        <p>
          Nobody serves this page since <time>{clock(connection.sinceMs)}</time>; the node itself may be well. Start it
          again, and open the new link that it prints.
        </p>
        <CommandLine command={`concordat ui${suffix}`} />
      </section>
    )}
    {connection.kind === "shut-out" && (
      <section class="notice">
        <h2>This link opens nothing any more</h2>
        <p>It works once, and a session ends some minutes after its page was closed. Ask for a new one:</p>
        <CommandLine command={`concordat ui${suffix}`} />
      </section>
    )}
  </div>
);

const clock = (ms: number): string => new Date(ms).toLocaleTimeString();
