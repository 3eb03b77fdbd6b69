import { useState } from "preact/hooks";
import type { ConflictAnswer, ConflictsAnswer } from "../answers/index.js";
import type { Daemon } from "../daemon/daemon.js";
import { TWINS } from "../model/command-twin.js";
import type { ServerNames } from "../model/server-names.js";
import { CommandLine } from "./command-line.js";
import { ConflictCard } from "./conflict-card.js";
import { Section } from "./section.js";

export interface ConflictListProps {
  readonly daemon: Daemon;
  readonly conflicts: ConflictsAnswer | undefined;
  readonly names: ServerNames;
  readonly suffix: string;
  readonly onDone: () => void;
}

/** What lost a merge and nobody has settled yet. */
export const ConflictList = ({ daemon, conflicts, names, suffix, onDone }: ConflictListProps) => {
  const [told, setTold] = useState("");
  if (conflicts === undefined) return null;
  const noteSettled = ({ kind, attribute, uuid }: ConflictAnswer, label: string): void => {
    setTold(`Settled the ${kind} of ${attribute ?? "entry"} ${uuid}: ${label.toLowerCase()}.`);
    onDone();
  };
  return (
    <Section title="Conflicts">
      <p role="status" class="told">
        {told}
      </p>
      {conflicts.conflicts.length === 0 && (
        <p class="empty">There are no conflicts: nothing that was written on two nodes at once waits for a decision.</p>
      )}
      {conflicts.conflicts.map((conflict) => (
        <ConflictCard
          key={conflict.id}
          daemon={daemon}
          conflict={conflict}
          names={names}
          suffix={suffix}
          onSettled={(label) => noteSettled(conflict, label)}
        />
      ))}
      {conflicts.next !== undefined && (
        <>
          <p>There are more. They appear here as these are settled; all of them:</p>
          <CommandLine command={TWINS.conflicts(suffix)} />
        </>
      )}
    </Section>
  );
};
