export { openTlsWire, type RunnerIdentity, type TlsWire, type TlsWireOptions } from "./tls-wire.js";
