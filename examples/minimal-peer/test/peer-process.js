import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { eventually } from "../../../apps/node/test/testing/eventually.js";
import { freePort } from "../../../apps/node/test/testing/free-port.js";

const PEER = fileURLToPath(new URL("../src/minimal-peer.js", import.meta.url));

/** The minimal peer as a process, with a certificate that the openssl command made as the protocol's page says. */
export class PeerProcess {
  static async create() {
    return new PeerProcess(await freePort());
  }

  constructor(port) {
    this.port = port;
    this.origin = `repl://localhost:${port}`;
    this.events = [];
    this.directory = mkdtempSync(join(tmpdir(), "concordat-peer-"));
    const request = ["req", "-x509", "-newkey", "ed25519", "-nodes", "-days", "1461", "-subj", `/CN=peer-${port}`];
    const extensions = [
      "basicConstraints=critical,CA:FALSE",
      "keyUsage=critical,digitalSignature",
      "extendedKeyUsage=serverAuth,clientAuth",
      "subjectAltName=DNS:localhost",
    ].flatMap((extension) => ["-addext", extension]);
    execFileSync("openssl", [...request, "-keyout", this.#file("key"), "-out", this.#file("cert"), ...extensions], {
      stdio: "ignore",
    });
    const lines = readFileSync(this.#file("cert"), "utf8").split("\n");
    this.certificate = lines.filter((line) => !line.startsWith("-")).join("");
  }

  start({ partnerPort, pin, wrong }) {
    const options = ["--key", this.#file("key"), "--cert", this.#file("cert"), "--pin", pin, "--retry", "10"];
    const args = [...options, "--partner", `localhost:${partnerPort}`, "--listen", `127.0.0.1:${this.port}`];
    this.child = spawn(process.execPath, [PEER, ...args, ...(wrong ? ["--wrong", wrong] : [])]);
    this.stderr = "";
    this.child.stderr.setEncoding("utf8").on("data", (text) => {
      this.stderr += text;
    });
    let rest = "";
    this.child.stdout.setEncoding("utf8").on("data", (text) => {
      const lines = (rest + text).split("\n");
      rest = lines.pop();
      this.events.push(...lines.map((line) => JSON.parse(line)));
    });
    return this.said(({ event }) => event === "listening");
  }

  say(line) {
    this.child.stdin.write(`${line}\n`);
  }

  /** The first event from `from` on that `accepts` likes. */
  said(accepts, from = 0) {
    return eventually(
      () => this.events.slice(from).find(accepts),
      (event) => event !== undefined,
    );
  }

  destroy() {
    this.child?.kill("SIGKILL");
    rmSync(this.directory, { recursive: true, force: true });
  }

  #file(name) {
    return join(this.directory, `${name}.pem`);
  }
}
