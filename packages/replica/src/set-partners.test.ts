import { type Channel, channelPair, ProtocolError } from "@concordat/protocol";
import { expect, test, vi } from "vitest";
import { becomes, eventually, linkState, refused, statusOf, usePairOfCopies } from "./testing/links.js";
import {
  createEntries,
  dial,
  expectConverged,
  partner,
  pullOnce,
  refreshFrom,
  type TestNode,
  testNode,
} from "./testing/test-topology.js";
import { held, wrapped } from "./testing/wire.js";

let a: TestNode;
let b: TestNode;

usePairOfCopies((pair) => {
  [a, b] = pair;
});

test("leaves the link of an unchanged object alone, and ends one that is not named any more", async () => {
  const c = await testNode("c");
  await refreshFrom(c, a);
  const dialled: string[] = [];
  const closed: string[] = [];
  const watched = (other: TestNode) => async (): Promise<Channel> => {
    dialled.push(other.name);
    const channel = dial(b, other);
    const close = (reason?: Error): Promise<void> => {
      closed.push(other.name);
      return channel.close(reason);
    };
    return wrapped(channel, { close });
  };
  const toA = partner(b, a, { connect: watched(a) });
  const toC = partner(b, c, { connect: watched(c) });
  b.replica.setPartners([toA, toC]);
  await becomes(b, a, "in-sync");
  await becomes(b, c, "in-sync");
  b.replica.setPartners([toA]);
  await eventually(() => expect(closed).toContain("c"));
  expect(b.replica.status().partners.map(({ origin }) => origin)).toEqual(["repl://a"]);
  expect(dialled).toEqual(["a", "c"]);
  expect(closed).not.toContain("a");
  // Another object of the same origin is another partner: its pins may have changed.
  b.replica.setPartners([{ ...toA }]);
  await eventually(() => expect(closed).toContain("a"));
  await becomes(b, a, "in-sync");
  expect(dialled).toEqual(["a", "c", "a"]);
  await c.replica.close();
});

test("every connection that a link opened is closed, however it ended", async () => {
  let open = 0;
  const counted = (channel: Channel): Channel => {
    let closed = false;
    open += 1;
    return wrapped(channel, {
      close: (reason) => {
        if (!closed) open -= 1;
        closed = true;
        return channel.close(reason);
      },
    });
  };
  const [silent] = channelPair();
  const fails = held(dial(b, a), ({ type }) => (type === "no-changes" ? silence() : undefined));
  const channels = [dial(b, await testNode("other")), fails, silent];
  const connect = async (): Promise<Channel> => counted(channels.shift() ?? dial(b, a));
  b.replica.setPartners([partner(b, a, { connect })]);
  await becomes(b, a, "domain-mismatch");
  b.clock.advance(15_000);
  await becomes(b, a, "unreachable");
  b.clock.advance(15_000);
  await eventually(() => expect(open).toBe(1));
  b.replica.setPartners([]);
  await eventually(() => expect(open).toBe(0));
});

const silence = (): Promise<void> => Promise.reject(new ProtocolError("timeout", "nothing came", { blame: "network" }));

test("a link whose connection never comes is ended all the same", async () => {
  b.replica.setPartners([partner(b, a, { connect: () => new Promise<Channel>(() => undefined) })]);
  await b.replica.close();
  b.replica = (await testNode("b", { storage: b.options.storage })).replica;
});

test("a partner that may only pull is never called", async () => {
  const connect = vi.fn(refused);
  b.replica.setPartners([partner(b, a, { type: "allow-pull", connect })]);
  b.replica.pullNow();
  await createEntries(b, 1);
  expect(await pullOnce(a, b)).toEqual({ kind: "applied", entries: 1 });
  expect(linkState(b, a)).toBe("supply-only");
  expect(statusOf(b).lastSuppliedAtMicros).toBe(b.clock.micros);
  expect(connect).not.toHaveBeenCalled();
  await expect(b.replica.refresh()).rejects.toMatchObject({ code: "unknown_partner" });
  await expectConverged([a, b]);
});
