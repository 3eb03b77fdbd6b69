import { mergeRequirements } from "./both/merge-requirements.js";
import { relayRequirements } from "./both/relay-requirements.js";
import { pullRequirements } from "./consumer/pull-requirements.js";
import { refusalRequirements } from "./consumer/refusal-requirements.js";
import type { Requirement } from "./requirement.js";
import { answerRequirements } from "./supplier/answer-requirements.js";
import { frameRequirements } from "./supplier/frame-requirements.js";
import { messageRequirements } from "./supplier/message-requirements.js";
import { streamRequirements } from "./supplier/stream-requirements.js";
import { transportRequirements } from "./supplier/transport-requirements.js";

/** All that a peer is held to, in the order in which it is tried: what it holds is looked at once it was given something. */
export const requirements: readonly Requirement[] = [
  ...transportRequirements,
  ...frameRequirements,
  ...messageRequirements,
  ...pullRequirements,
  ...refusalRequirements,
  ...mergeRequirements,
  ...relayRequirements,
  ...answerRequirements,
  ...streamRequirements,
];
