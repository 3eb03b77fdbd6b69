import type { Schema } from "@concordat/replica";
import type { NodeAddress } from "../subject/concordat-node.js";
import { RemoteSubject } from "../subject/remote-subject.js";

/** The processes that one workload has started: all of them end with it. */
export class Subjects {
  readonly #started: RemoteSubject[] = [];

  start(kind: string): RemoteSubject {
    const subject = new RemoteSubject(kind);
    this.#started.push(subject);
    return subject;
  }

  /** A node, listening, with an empty database. */
  async startNode(schema?: Schema): Promise<StartedNode> {
    const subject = this.start("concordat");
    return { subject, address: await subject.call<NodeAddress>("open", schema) };
  }

  async endAll(): Promise<void> {
    await Promise.all(this.#started.splice(0).map((subject) => subject.end()));
  }
}

export interface StartedNode {
  readonly subject: RemoteSubject;
  readonly address: NodeAddress;
}

/** Makes each a partner of the other; with `links` they pull from each other by themselves. */
export const introduce = async (left: StartedNode, right: StartedNode, links: boolean): Promise<void> => {
  await left.subject.call("setPartners", [{ ...right.address, links }]);
  await right.subject.call("setPartners", [{ ...left.address, links }]);
};

/** Each pulls from the next by itself, the last from the first. */
export const pullInCircle = async (nodes: readonly StartedNode[]): Promise<void> => {
  for (const [at, { subject }] of nodes.entries()) {
    const supplier = (at + 1) % nodes.length;
    const partners = nodes.map(({ address }, index) => ({ ...address, links: index === supplier }));
    await subject.call(
      "setPartners",
      partners.filter((_, index) => index !== at),
    );
  }
};
