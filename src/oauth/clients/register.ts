import { ok, type Result } from "../../core/result.ts";
import type { OAuthFailure } from "../failure.ts";
import type { RegisteredClients } from "./registered.ts";
import { checkRegistration } from "./registration.ts";

/** Dynamic registration (RFC 7591 §3): checks, stores, and answers with the metadata that hold. */
export const registerClient = async (
  clients: RegisteredClients,
  body: unknown,
): Promise<Result<Readonly<Record<string, unknown>>, OAuthFailure>> => {
  const metadata = checkRegistration(body);
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
