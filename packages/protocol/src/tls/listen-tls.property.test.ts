import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import fc from "fast-check";
import { afterAll, expect, it } from "vitest";
import { closed, TlsFixture } from "./testing/tls-fixture.js";

const fixture = new TlsFixture();
afterAll(() => fixture.dispose());

/** The first flight of a real consumer. */
const clientHello = async (): Promise<Uint8Array> => {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const accepted = once(server, "connection") as Promise<[Socket]>;
  const stranger = fixture.stranger((server.address() as { port: number }).port);
  const [socket] = await accepted;
  const [bytes] = (await once(socket, "data")) as [Buffer];
  stranger.destroy();
  socket.destroy();
  server.close();
  return bytes;
};

it("survives whatever strangers send, reports each of them, and goes on serving", async () => {
  const served = await fixture.listen();
  const { port } = served.listener.address;
  const hello = await clientHello();
  const mutated = fc
    .tuple(fc.nat(hello.length - 1), fc.integer({ min: 1, max: 255 }), fc.integer({ min: 1, max: hello.length }))
    .map(([at, flip, length]) => hello.slice(0, length).map((byte, i) => (i === at ? byte ^ flip : byte)));
  const junk = fc.oneof(fc.uint8Array({ maxLength: 300 }), mutated);
  await fc.assert(
    fc.asyncProperty(fc.array(junk, { minLength: 1, maxLength: 3 }), fc.boolean(), async (pieces, isReset) => {
      const socket = fixture.tcp(port);
      await once(socket, "connect");
      for (const piece of pieces) socket.write(piece);
      if (isReset) socket.resetAndDestroy();
      else socket.end();
      await closed(socket);
      const { error } = await served.refusals.next();
      expect(["version", "connection_lost", "certificate_missing"]).toContain(error.code);
      expect(served.channels.size).toBe(0);
    }),
    { numRuns: 150 },
  );
  const consumer = await fixture.connect(port);
  const supplier = await served.channels.next();
  await consumer.send([hello]);
  expect(await supplier.receive()).toEqual(new Uint8Array(hello));
});
