import { beforeEach, expect, test, vi } from "vitest";
import { AbortScope } from "./abort-scope.js";
import { onAbort } from "./on-abort.js";

let source: AbortController;
/** Listeners that the source has. */
let listeners: () => number;

beforeEach(() => {
  source = new AbortController();
  const added = vi.spyOn(source.signal, "addEventListener");
  const removed = vi.spyOn(source.signal, "removeEventListener");
  listeners = () => added.mock.calls.length - removed.mock.calls.length;
});

test("a thousand followers are one listener, and none once they have left", () => {
  const called = vi.fn();
  const releases = Array.from({ length: 1_000 }, () => onAbort(source.signal, called));
  expect(listeners()).toBe(1);
  for (const release of releases) release();
  expect(listeners()).toBe(0);
  source.abort();
  expect(called).not.toHaveBeenCalled();
});

test("whoever has not left is called, once", () => {
  const stays = vi.fn();
  const leaves = vi.fn();
  onAbort(source.signal, stays);
  onAbort(source.signal, leaves)();
  source.abort();
  source.abort();
  expect(stays).toHaveBeenCalledTimes(1);
  expect(leaves).not.toHaveBeenCalled();
});

test("a signal that has aborted calls at once", () => {
  source.abort();
  const called = vi.fn();
  onAbort(source.signal, called)();
  expect(called).toHaveBeenCalledTimes(1);
});

test("a scope aborts with any of its sources, until it is released", () => {
  const other = new AbortController();
  const scope = new AbortScope([undefined, source.signal, other.signal]);
  const released = new AbortScope([source.signal, other.signal]);
  released.release();
  expect(scope.signal.aborted).toBe(false);
  other.abort();
  expect(scope.signal.aborted).toBe(true);
  expect(released.signal.aborted).toBe(false);
  scope.release();
  expect(listeners()).toBe(0);
  expect(source.signal.aborted).toBe(false);
  expect(new AbortScope([other.signal]).signal.aborted).toBe(true);
});

test("a scope that aborts itself leaves its sources alone", () => {
  const scope = new AbortScope([source.signal]);
  scope.abort();
  expect(scope.signal.aborted).toBe(true);
  expect(source.signal.aborted).toBe(false);
});
