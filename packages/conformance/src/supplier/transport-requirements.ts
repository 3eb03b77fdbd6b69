import { message } from "../own-message.js";
import type { Requirement } from "../requirement.js";
import { expectType, helloOf, readSaid, TYPE } from "../said-message.js";
import type { Trial } from "../trial.js";
import { must } from "../violation.js";
import { type ConnectOptions, HandshakeRefused, Silence } from "../wire.js";
import { withAsking } from "../with-asking.js";

const SECTION = "1. Transport";

/** Who may connect, and what is said to everybody else: nothing. */
export const transportRequirements: readonly Requirement[] = [
  {
    id: "transport.certificate",
    role: "supplier",
    sentence:
      "shows the pinned certificate: self-signed, Ed25519, no authority, valid now, with the host as alternative name",
    section: SECTION,
    run: async (trial) => {
      const connection = await trial.connect();
      const { certificate } = connection;
      await connection.end();
      must(certificate.isPinned, "the certificate is not the one that is pinned");
      must(certificate.isSelfSigned, "the certificate is not self-signed");
      must(certificate.isEd25519, "the key of the certificate is not Ed25519");
      must(!certificate.isAuthority, "the certificate is an authority's (CA:TRUE)");
      must(certificate.isValidNow, "the certificate is not valid now");
      must(certificate.hasAlternativeName, "the certificate has no subject alternative name");
    },
  },
  {
    id: "transport.version",
    role: "supplier",
    sentence: "speaks nothing older than TLS 1.3",
    section: SECTION,
    run: (trial) => expectNothingSaid(trial, { oldTls: true }, "to TLS 1.2"),
  },
  {
    id: "transport.protocol",
    role: "supplier",
    sentence: "says nothing to whoever does not agree on concordat/1, or on no application protocol at all",
    section: SECTION,
    run: async (trial) => {
      await expectNothingSaid(trial, { protocols: ["concordat/999"] }, "to concordat/999");
      await expectNothingSaid(trial, { protocols: [] }, "to a client without application protocols");
    },
  },
  {
    id: "transport.certificate-required",
    role: "supplier",
    sentence: "says nothing to whoever shows no certificate",
    section: SECTION,
    run: (trial) => expectNothingSaid(trial, { as: "nobody" }, "to a client without a certificate"),
  },
  {
    id: "transport.certificate-pinned",
    role: "supplier",
    sentence: "says nothing to whoever shows a certificate that is not pinned",
    section: SECTION,
    run: (trial) => expectNothingSaid(trial, { as: "stranger" }, "to a stranger"),
  },
  {
    id: "transport.no-resumption",
    role: "supplier",
    sentence: "says nothing on a session that was resumed, which proves no certificate",
    section: SECTION,
    run: async (trial) => {
      const ticket = await withAsking(trial, async (asking) => {
        expectType(await asking.ask(message(TYPE.ping)), TYPE.pong, "a ping");
        return asking.connection.ticket;
      });
      // Nothing was given out: there is nothing to resume.
      if (ticket === undefined) return;
      const connection = await trial.connect({ ticket }).catch(ifRefused);
      const payload = connection?.isResumed ? await connection.receive() : undefined;
      await connection?.end();
      must(payload === undefined, "said something on a session that was resumed");
    },
  },
  {
    id: "hello.first",
    role: "supplier",
    sentence: "says Hello without waiting for the other side's",
    section: "7. A session",
    run: async (trial) => {
      const connection = await trial.connect();
      try {
        const payload = await connection.receive();
        must(
          payload !== undefined,
          "ended the connection before its Hello: it does not accept the runner's certificate",
        );
        helloOf(readSaid(payload));
      } catch (error) {
        must(!(error instanceof Silence), "waits for the other side's Hello");
        throw error;
      } finally {
        await connection.end();
      }
    },
  },
];

/** A handshake that fails, or a connection that ends before anything was said on it. */
const expectNothingSaid = async (trial: Trial, options: ConnectOptions, whom: string): Promise<void> => {
  try {
    const connection = await trial.connect(options);
    const payload = await connection.receive().finally(() => connection.end());
    must(payload === undefined, `said something ${whom}`);
  } catch (error) {
    ifRefused(error);
  }
};

const ifRefused = (error: unknown): undefined => {
  if (!(error instanceof HandshakeRefused)) throw error;
};
