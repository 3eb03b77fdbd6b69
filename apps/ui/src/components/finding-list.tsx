import type { FindingAnswer } from "../answers/index.js";
import { headingOf, sentence, withStop } from "../model/sentence.js";
import type { Tone } from "../model/tone.js";
import { CommandLine } from "./command-line.js";
import { ToneMark } from "./tone-mark.js";

export interface FindingListProps {
  readonly findings: readonly FindingAnswer[];
  readonly suffix: string;
}

/** What needs somebody, with what that means and what mends it: the doctor's words. Nothing when nothing does. */
export const FindingList = ({ findings, suffix }: FindingListProps) => (
  <>
    {findings.map((finding) => (
      <FindingNotice key={`${finding.code} ${finding.about}`} finding={finding} suffix={suffix} />
    ))}
  </>
);

const FindingNotice = ({ finding, suffix }: { readonly finding: FindingAnswer; readonly suffix: string }) => {
  const { code, about, message, meaning, degrades, remedy, command } = finding;
  const tone: Tone = degrades ? "trouble" : "under-way";
  return (
    <section class={`notice ${tone}`}>
      <h2>
        <ToneMark tone={tone} />
        {headingOf(code)}
        <span class="where">{about}</span>
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
  );
};
