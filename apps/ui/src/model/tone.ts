/** How something is, to the eye: `well` needs nothing, `under-way` passes by itself, `trouble` needs somebody. */
export type Tone = "well" | "under-way" | "trouble";

const WELL = ["in-sync", "supply-only"];
const UNDER_WAY = ["catching-up", "refreshing", "never-connected"];

/** Of a link's state. A state that this page does not know is shown as trouble: better looked at than overlooked. */
export const toneOfState = (state: string): Tone => {
  if (WELL.includes(state)) return "well";
  return UNDER_WAY.includes(state) ? "under-way" : "trouble";
};
