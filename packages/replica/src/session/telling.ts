import type { Conversation } from "@concordat/protocol";

/** Runs `work` over `conversation`. What it throws ends the conversation, and the partner hears why: its operator may be the one who can mend it. */
export const telling = async <T>(conversation: Conversation<"consumer">, work: () => Promise<T>): Promise<T> => {
  try {
    return await work();
  } catch (error) {
    await conversation.close(error instanceof Error ? error : undefined);
    throw error;
  }
};
