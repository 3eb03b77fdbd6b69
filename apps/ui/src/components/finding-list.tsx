import type { FindingAnswer } from "../answers/index.js";
import { headingOf, sentence, withStop } from "../model/sentence.js";
import { CommandLine } from "./command-line.js";
import { ToneMark } from "./tone-mark.js";

export interface FindingListProps {
  readonly findings: readonly FindingAnswer[];
  readonly suffix: string;
}

/** What needs somebody, with what that means and what mends it: the doctor's words. Nothing when nothing does. */
export const FindingList = ({ findings, suffix }: FindingListProps) => (
  <>
    {findings.map(({ code, origin, message, meaning, remedy, command }) => (
      <section class="notice trouble" key={`${code} ${origin}`}>
        <h2>
          <ToneMark tone="trouble" />
          {headingOf(code)}
          {origin !== undefined && <span class="where">{origin}</span>}
        </h2>
        <p>{sentence(message)}</p>
        <p>{sentence(meaning)}</p>
        {remedy !== undefined && (
          <p>
            <strong>To mend it:</strong> {withStop(remedy)}
          </p>
        )}
        {command !== undefined && <CommandLine command={`${command}${suffix}`} />}
      </section>
    ))}
  </>
);
