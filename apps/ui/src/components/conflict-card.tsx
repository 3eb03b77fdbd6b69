import { useId, useState } from "preact/hooks";
import type { ConflictAnswer, ConflictSideAnswer } from "../answers/index.js";
import type { Daemon } from "../daemon/daemon.js";
import { conflictChoices, sideText } from "../model/conflict-choices.js";
import { formatTime } from "../model/quantity.js";
import { sentence } from "../model/sentence.js";
import { type ServerNames, shortName } from "../model/server-names.js";
import { CommandLine } from "./command-line.js";

export interface ConflictCardProps {
  readonly daemon: Daemon;
  readonly conflict: ConflictAnswer;
  readonly names: ServerNames;
  readonly suffix: string;
  readonly onSettled: (label: string) => void;
}

/** Both sides of a conflict beside each other, and the choice between them. */
export const ConflictCard = (props: ConflictCardProps) => {
  const { kind, uuid, attribute, message, winner, losers } = props.conflict;
  const { names } = props;
  return (
    <article class="card" aria-label={`${kind} conflict of ${attribute ?? uuid}`}>
      <h3>
        <span class="kind">{kind}</span> {attribute ?? "entry"} <span class="where">{uuid}</span>
      </h3>
      <p>{sentence(message)}</p>
      <div class="sides">
        {winner && <Side title="Won" side={winner} names={names} />}
        {losers.map((side, index) => (
          <Side
            key={`${side.server} ${side.writtenAt}`}
            title={losers.length > 1 ? `Lost (${index + 1})` : "Lost"}
            side={side}
            names={names}
          />
        ))}
      </div>
      <Choice {...props} />
    </article>
  );
};

interface SideProps {
  readonly title: string;
  readonly side: ConflictSideAnswer;
  readonly names: ServerNames;
}

const Side = ({ title, side, names }: SideProps) => (
  <section class="side">
    <h4>{title}</h4>
    <pre>{sideText(side)}</pre>
    <p class="under">
      written {formatTime(side.writtenAt)} UTC on{" "}
      <abbr title={side.server}>{names.get(side.server) ?? shortName(side.server)}</abbr>
    </p>
  </section>
);

const Choice = ({ daemon, conflict, suffix, onSettled }: ConflictCardProps) => {
  const choices = conflictChoices(conflict);
  const [key, setKey] = useState(choices[0]?.key);
  const [failure, setFailure] = useState<string | undefined>();
  const name = useId();
  const chosen = choices.find((choice) => choice.key === key);
  if (chosen === undefined) return <p class="hint">A write of the entry settles it.</p>;
  const settle = async (event: Event): Promise<void> => {
    event.preventDefault();
    try {
      await daemon.settle(conflict.id, chosen.body);
      onSettled(chosen.label);
    } catch (error) {
      setFailure(`Not settled: ${error instanceof Error ? error.message : String(error)}`);
    }
  };
  return (
    <form onSubmit={(event) => void settle(event)}>
      <fieldset>
        <legend>To settle it, on every node</legend>
        {choices.map(({ key: value, label, meaning }) => (
          <label key={value}>
            <input type="radio" name={name} checked={value === key} onChange={() => setKey(value)} />
            <span>
              {label}
              <span class="under">{meaning}</span>
            </span>
          </label>
        ))}
      </fieldset>
      <CommandLine command={chosen.twin(suffix)} />
      <button type="submit" class="primary">
        Settle: {chosen.label.toLowerCase()}
      </button>
      <p role="alert">{failure}</p>
    </form>
  );
};
