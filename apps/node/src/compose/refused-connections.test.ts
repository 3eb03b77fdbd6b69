import { ProtocolError } from "@concordat/protocol";
import { describe, expect, it } from "vitest";
import { RefusedConnections } from "./refused-connections.js";

const refusal = (remoteAddress: string, port: number, fingerprint = "AA:BB") => ({
  remoteAddress,
  error: new ProtocolError("certificate_not_pinned", `got ${fingerprint} from ${remoteAddress}:${port}`, {
    blame: "peer",
  }),
});

describe("refused connections", () => {
  it("count as one kind whatever port they come from, and are told once a minute", () => {
    const refused = new RefusedConnections();
    expect(refused.note(refusal("10.0.0.1", 50_001), 0)).toBe(true);
    expect(refused.note(refusal("10.0.0.1", 50_002), 59_999)).toBe(false);
    expect(refused.note(refusal("10.0.0.1", 50_003), 60_000)).toBe(true);
    expect(refused.note(refusal("10.0.0.1", 50_003, "CC:DD"), 60_001)).toBe(true);
    expect(refused.list()).toMatchObject([
      { count: 1, message: "got CC:DD from 10.0.0.1:50003" },
      { count: 3, firstAtMs: 0, lastAtMs: 60_000, message: "got AA:BB from 10.0.0.1:50003" },
    ]);
  });

  it("are bounded, the oldest going first", () => {
    const refused = new RefusedConnections();
    for (let index = 0; index < 1_000; index += 1) refused.note(refusal(`10.0.0.${index}`, 1), index);
    expect(refused.list()).toHaveLength(16);
    expect(refused.list()[0]).toMatchObject({ from: "10.0.0.999" });
    expect(refused.list().at(-1)).toMatchObject({ from: "10.0.0.984" });
  });

  it("name no address when the other end was gone before it could be asked", () => {
    const refused = new RefusedConnections();
    expect(refused.note(refusal("", 0), 0)).toBe(true);
    expect(refused.note(refusal("", 0), 1)).toBe(false);
  });
});
