import { fail, ok, type Result } from "../../core/result.ts";
import { equalSecret } from "../../crypto/hash.ts";
import type { OAuthFailure } from "../failure.ts";
import type { RegistrationPolicy } from "../settings.ts";
import type { RegisteredClients } from "./registered.ts";
import { checkRegistration } from "./registration.ts";

/** A registration request as it came. */
export interface RegistrationInput {
  readonly body: unknown;
  /** The `Authorization` header. */
  readonly authorization?: string | undefined;
}

/** Dynamic registration (RFC 7591 §3): checks, stores, and answers with the metadata that hold. */
export const registerClient = async (
  clients: RegisteredClients,
  policy: RegistrationPolicy | undefined,
  input: RegistrationInput,
): Promise<Result<Readonly<Record<string, unknown>>, OAuthFailure>> => {
  const refusal = findRefusal(policy ?? { mode: "open" }, input.authorization);
  if (refusal !== undefined) return fail(refusal);
  const metadata = checkRegistration(input.body);
  if (!metadata.ok) return metadata;
  const registration = await clients.add(metadata.value);
  return ok({
    client_id: registration.id,
    client_id_issued_at: registration.issuedAt,
    ...registration.metadata,
    // The secret itself does not expire; the client does when it is not used (RFC 7591 §3.2.1).
    ...(registration.secret === undefined
      ? {}
      : { client_secret: registration.secret, client_secret_expires_at: 0 }),
  });
};

const BEARER = /^bearer +(\S+)$/i;

/** Whether this request may register at all (RFC 7591 §3: open, or with an initial access token). */
const findRefusal = (
  policy: RegistrationPolicy,
  authorization: string | undefined,
): OAuthFailure | undefined => {
  switch (policy.mode) {
    case "open":
      return undefined;
    case "off":
      return { kind: "registration_off" };
    case "token": {
      const presented = BEARER.exec(authorization ?? "")?.[1];
      if (presented === undefined) return { kind: "registration_token", presented: false };
      return equalSecret(presented, policy.token.reveal())
        ? undefined
        : { kind: "registration_token", presented: true };
    }
  }
};
