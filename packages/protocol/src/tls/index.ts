export { type ConnectTlsOptions, connectTls } from "./connect-tls.js";
export { type ListenTlsOptions, listenTls, type TlsListener, type TlsRefusal } from "./listen-tls.js";
export { APPLICATION_PROTOCOL, type TlsIdentity } from "./tls-identity.js";
