import type { Tone } from "../model/tone.js";

/** A mark that differs in shape as well as in colour; what it means stands in words beside it. */
export const ToneMark = ({ tone }: { readonly tone: Tone }) => (
  <svg class={`mark ${tone}`} viewBox="0 0 16 16" aria-hidden="true">
    <path d={SHAPES[tone]} />
  </svg>
);

const SHAPES: Readonly<Record<Tone, string>> = {
  well: "M 3 8.5 L 6.5 12 L 13 4.5",
  "under-way": "M 8 3 A 5 5 0 1 1 3 8 M 8 3 L 5.6 1.4 M 8 3 L 6.2 5.4",
  trouble: "M 8 2.5 V 9.5 M 8 12.6 V 13.4",
};
