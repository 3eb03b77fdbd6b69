import { expect, test } from "vitest";
import { certificateA } from "../test/certificates.js";
import { ConfigError } from "./config-error.js";
import { parseConfig } from "./parse-config.js";
import { type RenderConfigOptions, renderConfig } from "./render-config.js";

const rendered = (options: RenderConfigOptions, edit = (text: string) => text) => {
  const result = parseConfig(edit(renderConfig(options)), { file: "server.toml", directory: "/srv" });
  if (!result.ok) throw new Error(JSON.stringify(result.errors));
  return result.config;
};

test.each([
  ["repl://localhost:8444", "127.0.0.1"],
  ["repl://127.0.0.2:8444", "127.0.0.1"],
  ["repl://[::1]:8444", "::1"],
  ["repl://node-a.example:8444", "0.0.0.0"],
  ["repl://10.0.0.1:8444", "0.0.0.0"],
  ["repl://[2001:db8::1]:8444", "::"],
])("%s binds to %s", (origin, host) => {
  expect(rendered({ origin })).toMatchObject({
    dbPath: "/srv/data",
    bindAddress: undefined,
    logLevel: "info",
    replication: { origin: { text: origin }, bindAddress: { host, port: 8444 }, partners: [] },
  });
});

test("every option", () => {
  const dbPath = 'a "b" \\ \u007f\u0001é';
  expect(rendered({ origin: "repl://a:1", bindAddress: "[::1]:8443", dbPath, logLevel: "debug" })).toMatchObject({
    dbPath: `/srv/${dbPath}`,
    bindAddress: { host: "::1", port: 8443 },
    logLevel: "debug",
  });
});

test("the partner example is one, once its marks and placeholders are replaced", () => {
  const config = rendered({ origin: "repl://a:1" }, (text) =>
    text
      .replace(/^# (\[replication\.|type|partner_cert|automatic_refresh)/gm, "$1")
      .replace("origin_of_B:port", "b:2")
      .replace(/MII\.\.\. <[^>]*>/, certificateA),
  );
  expect(config.replication?.partners).toMatchObject([
    { type: "mutual-pull", origin: { text: "repl://b:2" }, automaticRefresh: true },
  ]);
});

test.each([
  [{ origin: "https://a:1" }],
  [{ origin: "repl://a" }],
  [{ origin: "repl://a:1", bindAddress: "8443" }],
  [{ origin: "repl://a:1", bindAddress: "127.0.0.1:1" }],
])("%j is refused", (options) => {
  expect(() => renderConfig(options)).toThrow(ConfigError);
  expect(() => renderConfig(options)).toThrow(expect.objectContaining({ code: "invalid_option" }));
});
