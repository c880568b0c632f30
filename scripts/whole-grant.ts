import { toClientId, toConnectionId, toGrantId } from "../src/core/ids.ts";

/** A grant of everything, over all locations: nobody sees more. */
export const WHOLE_GRANT = {
  grantId: toGrantId("grant"),
  clientId: toClientId("client"),
  subject: "subject",
  connectionId: toConnectionId("connection"),
  access: "critical",
  areas: "all",
  locations: "all",
} as const;
