import type { Conversation, Role } from "./conversation.js";
import type { Hello } from "./message.js";
import { ProtocolError } from "./protocol-error.js";

/**
 * Says `hello` and waits for the partner's. Both sides speak first; nothing else is said before.
 *
 * @throws ProtocolError `certificate_refused` when the connection ends cleanly before the partner's `Hello`: in TLS
 * 1.3 that is how a refused certificate looks. One that breaks off is `connection_lost`, as at any other time.
 * `unexpected_message` when the partner begins otherwise.
 */
export const exchangeHello = async (conversation: Conversation<Role>, hello: Hello): Promise<Hello> => {
  const sending = conversation.send(hello);
  // Looked at below, after what the partner said: the end of the connection fails both.
  sending.catch(() => undefined);
  const theirs = await conversation.receiveHello();
  if (theirs === undefined) throw refused(conversation.partner);
  await sending;
  return theirs;
};

const refused = (partner: string): ProtocolError =>
  new ProtocolError(
    "certificate_refused",
    `${partner} ended the connection before its first message: it does not accept this node's certificate. ` +
      "Give it the line that show-replication-certificate prints here, as its partner_cert for this node",
    { blame: "peer", retryable: true },
  );
