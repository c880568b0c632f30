import { z } from "zod";
import { hashToken } from "../crypto/hash.ts";
import { purposeField } from "./login-state.ts";

/** How long a browser may claim what it installed. */
export const CLAIM_SECONDS = 3600;

/** What a browser's right to claim is about; found under the hash of the cookie's token. */
export const claimRecord = z.object({
  installKey: z.string(),
  name: z.string(),
  detail: z.string().exactOptional(),
  /** The browser's one open sign-in. */
  login: z.object({ key: z.string(), purpose: purposeField }).exactOptional(),
});

/** {@link claimRecord}, read. */
export type ClaimRecord = z.infer<typeof claimRecord>;

/** Where the right of a token is recorded. */
export const toClaimAddress = (token: string) => ({
  namespace: "install_claim",
  key: hashToken(token),
});
