export { acknowledgementKey, acknowledgementLine } from "./acknowledgement.js";
export { type BindAddress, isLoopbackHost, parseBindAddress } from "./bind-address.js";
export {
  type AllowPullPartner,
  type ApiConfig,
  type AttributeConfig,
  type Config,
  type LogLevel,
  logLevels,
  type MergeKind,
  type MutualPullPartner,
  mergeKinds,
  type PartnerConfig,
  type PullPartner,
  type ReplicationConfig,
  type StorageConfig,
} from "./config.js";
export { ConfigError } from "./config-error.js";
export { type ConfigIssue, type ConfigIssueCode, issueTextMax } from "./config-issue.js";
export { type DurationResult, formatDuration, parseDuration } from "./duration.js";
export { formatIssue } from "./format-issue.js";
export { knownKeys } from "./known-keys.js";
export { type Origin, type OriginResult, parseOrigin } from "./origin.js";
export { type ParseConfigOptions, type ParseConfigResult, parseConfig } from "./parse-config.js";
export { type RenderConfigOptions, renderConfig } from "./render-config.js";
