/** `127.0.0.1:8443`, `[::1]:8443`. */
export const formatAddress = ({ host, port }: { readonly host: string; readonly port: number }): string =>
  `${host.includes(":") ? `[${host}]` : host}:${port}`;
