export type { ConflictAnswer, ConflictSideAnswer, ConflictsAnswer } from "./conflicts.js";
export type {
  CertificateAnswer,
  FindingAnswer,
  LagAnswer,
  OverviewAnswer,
  PartnerAnswer,
  ProgressAnswer,
  RefreshProgressAnswer,
  RefusedConnectionAnswer,
  RenewalProgressAnswer,
  RuvRowAnswer,
  StatusAnswer,
} from "./overview.js";
export type { RefreshAnswer, WouldDiscardAnswer } from "./refresh.js";
export type { ReloadAnswer } from "./reload.js";
export type { RenewalAnswer } from "./renewal.js";
