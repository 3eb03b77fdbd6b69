import type { StatusAnswer } from "../answers/index.js";
import type { Tone } from "../model/tone.js";
import { ToneMark } from "./tone-mark.js";

/** How the node is, in one sentence, before anything else; read aloud when it changes. */
export const Verdict = ({ status }: { readonly status: StatusAnswer }) => {
  const tone: Tone = status.health !== "ok" ? "trouble" : status.refresh ? "under-way" : "well";
  return (
    <div class={`verdict ${tone}`} role="status">
      <ToneMark tone={tone} />
      <h1>{status.verdict}</h1>
    </div>
  );
};
