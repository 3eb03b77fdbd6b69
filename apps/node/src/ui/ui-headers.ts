import { secureHeaders } from "hono/secure-headers";

const NOTHING = ["'none'"];
const OWN = ["'self'"];

/** What the page may do: run, look and ask as itself, and nothing else. No inline script, no inline style, no frame. */
export const uiHeaders = secureHeaders({
  contentSecurityPolicy: {
    defaultSrc: NOTHING,
    scriptSrc: OWN,
    styleSrc: OWN,
    imgSrc: OWN,
    connectSrc: OWN,
    baseUri: NOTHING,
    formAction: NOTHING,
    frameAncestors: NOTHING,
    requireTrustedTypesFor: ["'script'"],
    trustedTypes: NOTHING,
  },
  xFrameOptions: "DENY",
  crossOriginOpenerPolicy: "same-origin",
  crossOriginResourcePolicy: "same-origin",
  referrerPolicy: "no-referrer",
  // Plain HTTP on a loopback address has no use for it.
  strictTransportSecurity: false,
});
