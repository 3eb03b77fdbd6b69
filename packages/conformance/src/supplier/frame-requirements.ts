import { expectRefusal } from "../asking.js";
import { framed } from "../frame.js";
import { joined } from "../hex.js";
import { message } from "../own-message.js";
import type { Requirement } from "../requirement.js";
import { expectType, TYPE } from "../said-message.js";
import { expectBytesRefused, withAsking } from "../with-asking.js";

const SECTION = "2. Frames";
const PING = message(TYPE.ping);

export const frameRequirements: readonly Requirement[] = [
  {
    id: "frames.pieces",
    role: "supplier",
    sentence: "reads a frame that comes byte by byte",
    section: SECTION,
    run: (trial) =>
      withAsking(trial, async (asking) => {
        for (const byte of framed(PING)) await asking.connection.write(Uint8Array.of(byte));
        expectType(await asking.receive(), TYPE.pong, "a ping in pieces");
      }),
  },
  {
    id: "frames.empty",
    role: "supplier",
    sentence: "refuses a frame of length 0 as `frame`",
    section: SECTION,
    run: (trial) => expectBytesRefused(trial, framed(new Uint8Array()), "a frame of length 0", "frame"),
  },
  {
    id: "frames.too-large",
    role: "supplier",
    sentence: "refuses a frame above its limit as `frame_too_large`, when it has read the header",
    section: SECTION,
    run: async (trial) => {
      await withAsking(trial, async ({ connection, hello }) => {
        await connection.write(framed(new Uint8Array(), hello.requestFrameBytesMax + 1));
        await expectRefusal(connection, "a frame of one byte more than its limit", "frame_too_large");
      });
      await expectBytesRefused(trial, framed(new Uint8Array(), 0xffff_ffff), "a frame of 4 GiB", "frame_too_large");
    },
  },
  {
    id: "frames.left-over",
    role: "supplier",
    sentence: "refuses bytes after the message of a frame as `frame`",
    section: SECTION,
    run: (trial) =>
      expectBytesRefused(trial, framed(joined(PING, Uint8Array.of(0xc0))), "a byte after a message", "frame"),
  },
];
