export { type PostgresServer, type PostgresServerOptions, startPostgres } from "./postgres-server.js";
