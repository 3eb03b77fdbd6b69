import type { Hono } from "hono";
import { Problem } from "./problem.js";

/** Answers 405, with `Allow`, where a path is known and the method is not. Call it when all routes are there. */
export const refuseOtherMethods = (app: Hono): void => {
  const methodsByPath = new Map<string, Set<string>>();
  for (const { path, method } of app.routes) {
    // What goes before routes, of any method.
    if (method === "ALL") continue;
    const methods = methodsByPath.get(path) ?? new Set();
    methodsByPath.set(path, methods.add(method));
    if (method === "GET") methods.add("HEAD");
  }
  for (const [path, methods] of methodsByPath) {
    const allow = [...methods].join(", ");
    app.all(path, ({ req }) => {
      throw new Problem("method_not_allowed", `${req.method} does not apply to ${req.path}: it takes ${allow}`, {
        headers: { Allow: allow },
      });
    });
  }
};
