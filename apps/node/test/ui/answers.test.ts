import type { ConflictsAnswer, RefreshAnswer, RenewalAnswer as RenewalAnswerOfPage } from "@concordat/ui";
import { expectTypeOf, it } from "vitest";
import type { RefreshLine } from "../../src/admin/refresh-response.js";
import type { RenewalAnswer } from "../../src/admin/renew-certificate.js";
import type { ConflictPageJson } from "../../src/http/conflict-json.js";

// Held by the compiler: `readOverview` and `reloadFor` say the same of the rest.
it("answers the page's questions as the page reads them", () => {
  expectTypeOf<ConflictPageJson>().toExtend<ConflictsAnswer>();
  expectTypeOf<RenewalAnswer>().toExtend<RenewalAnswerOfPage>();
  expectTypeOf<RefreshLine>().toExtend<RefreshAnswer>();
});
