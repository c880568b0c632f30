import { exportJWK, generateKeyPair, type JWTHeaderParameters, SignJWT } from "jose";

/** A key pair of a client: the public half as a JWK, and what signs with the private half. */
export interface ClientKeyPair {
  readonly jwk: Readonly<Record<string, unknown>>;
  /** A JWT with exactly these claims; `header` adds to `alg` and `kid`. */
  sign(
    claims: Readonly<Record<string, unknown>>,
    header?: Readonly<Record<string, unknown>>,
  ): Promise<string>;
}

/** Makes a key pair for one algorithm. */
export async function createClientKey(alg: string, kid: string): Promise<ClientKeyPair> {
  const pair = await generateKeyPair(alg, { extractable: true });
  return {
    jwk: { ...(await exportJWK(pair.publicKey)), kid },
    sign: (claims, header = {}) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg, kid, ...header } as JWTHeaderParameters)
        .sign(pair.privateKey),
  };
}

/** The parameters that carry an assertion (RFC 7523 §2.2). */
export const withAssertion = (assertion: string): Readonly<Record<string, string>> => ({
  client_assertion_type: "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
  client_assertion: assertion,
});
