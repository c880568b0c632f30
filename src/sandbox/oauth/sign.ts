import { createHash, createHmac, timingSafeEqual } from "node:crypto";

/** Signs and reads the sandbox's tokens. */
export interface Signer {
  /** A compact JWS (RFC 7515 §3.1) with HS256 over the claims. */
  sign(claims: unknown): string;
  /** The claims of a token with a true signature; undefined for anything else. */
  read(token: string): unknown;
}

const HEADER = toPart({ alg: "HS256", typ: "JWT" });

/**
 * Creates a signer whose key comes from the seed alone, so that tokens outlive the process. Good for
 * a stand-in on loopback only: whoever knows the seed can sign.
 */
export const createSigner = (seed: number): Signer => {
  const key = createHash("sha256").update(`sandbox token key ${seed}`).digest();
  const mac = (input: string): Buffer => createHmac("sha256", key).update(input).digest();
  return {
    sign: (claims) => {
      const input = `${HEADER}.${toPart(claims)}`;
      return `${input}.${mac(input).toString("base64url")}`;
    },
    read: (token) => {
      const [header, payload, signature, ...rest] = token.split(".");
      if (header !== HEADER || payload === undefined || signature === undefined) return undefined;
      const given = Buffer.from(signature, "base64url");
      const wanted = mac(`${header}.${payload}`);
      if (rest.length > 0 || given.length !== wanted.length) return undefined;
      if (!timingSafeEqual(given, wanted)) return undefined;
      return JSON.parse(Buffer.from(payload, "base64url").toString("utf8"));
    },
  };
};

function toPart(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString("base64url");
}
