import { expect, it } from "vitest";
import { SESSION_AGE_MAX_MS, SESSION_IDLE_MAX_MS, TOKEN_AGE_MAX_MS, UiSession } from "./ui-session.js";

const startedSession = (): UiSession => {
  let count = 0;
  const randomSecret = () => {
    count += 1;
    return `secret ${count}`;
  };
  return new UiSession({ randomSecret, startedAtMs: 0 });
};

it("gives one secret for the token, once, and knows it again", () => {
  const session = startedSession();
  expect(session.accepts("secret 2", 0)).toBe(false);
  expect(session.exchange("secret 2", 0)).toBeUndefined();
  const secret = session.exchange(session.token, 1);
  expect(secret).toBe("secret 2");
  expect(session.exchange(session.token, 2)).toBeUndefined();
  expect(session.accepts("secret 2", 3)).toBe(true);
  expect(session.accepts(session.token, 3)).toBe(false);
  expect(session.accepts("", 3)).toBe(false);
});

it("takes no token that lay about for too long", () => {
  expect(startedSession().exchange("secret 1", TOKEN_AGE_MAX_MS)).toBe("secret 2");
  expect(startedSession().exchange("secret 1", TOKEN_AGE_MAX_MS + 1)).toBeUndefined();
});

it("ends when nobody asks any more, and does not come back", () => {
  const session = startedSession();
  session.exchange(session.token, 0);
  expect(session.accepts("secret 2", SESSION_IDLE_MAX_MS)).toBe(true);
  expect(session.accepts("secret 2", 2 * SESSION_IDLE_MAX_MS)).toBe(true);
  expect(session.accepts("secret 2", 3 * SESSION_IDLE_MAX_MS + 1)).toBe(false);
  expect(session.accepts("secret 2", 3 * SESSION_IDLE_MAX_MS + 2)).toBe(false);
});

it("ends after half a day, however much is asked", () => {
  const session = startedSession();
  session.exchange(session.token, 0);
  for (let nowMs = 0; nowMs <= SESSION_AGE_MAX_MS; nowMs += SESSION_IDLE_MAX_MS) {
    expect(session.accepts("secret 2", nowMs)).toBe(true);
  }
  expect(session.accepts("secret 2", SESSION_AGE_MAX_MS + 1)).toBe(false);
});
