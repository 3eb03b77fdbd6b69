import { expect, it } from "vitest";
import { headingOf, sentence, withStop } from "./sentence.js";

it("writes the node's messages as sentences, and leaves addresses as they are", () => {
  expect(sentence("cannot reach b (ECONNREFUSED)")).toBe("Cannot reach b (ECONNREFUSED).");
  expect(sentence("repl://b:8444 is empty")).toBe("repl://b:8444 is empty.");
  expect(sentence("Is it?")).toBe("Is it?");
  expect(withStop("run it again.")).toBe("run it again.");
  expect(headingOf("certificate-refused")).toBe("Certificate refused");
});
